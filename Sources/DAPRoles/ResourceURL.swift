package import DAPMessages

/// The URLs of a task's resources (DAP §3, resource URLs). A task's URLs are bytes: nothing is normalised.
package enum ResourceURL {
    package static func reports(of configuration: TaskConfiguration, task: TaskID) -> String {
        configuration.leaderAggregatorEndpoint.appending("tasks/\(task)/reports")
    }

    package static func collectionJobs(of configuration: TaskConfiguration, task: TaskID) -> String {
        configuration.leaderAggregatorEndpoint.appending("tasks/\(task)/collection_jobs")
    }

    package static func aggregationJobs(of task: AggregatorTask) -> String {
        task.configuration.helperAggregatorEndpoint.appending("tasks/\(task.id)/aggregation_jobs")
    }

    /// A job's location with the step that the leader is on, which every poll carries (DAP §4.5.3.2).
    package static func aggregationJob(at location: String) -> String {
        guard let query = location.firstIndex(of: "?") else { return location + "?step=0" }
        let parameters = location[location.index(after: query)...].split(separator: "&")
        return parameters.contains { $0.hasPrefix("step=") } ? location : location + "&step=0"
    }

    /// A location without its query: the resource itself, which is what is deleted.
    package static func resource(at location: String) -> String { String(location.prefix { $0 != "?" }) }

    package static func aggregateShares(of task: AggregatorTask) -> String {
        task.configuration.helperAggregatorEndpoint.appending("tasks/\(task.id)/aggregate_shares")
    }

    package static func hpkeConfig(of aggregator: Url) -> String { aggregator.appending("hpke_config") }

    /// A `Location` field against the URL of the request it answers (RFC 9110 §10.2.2, RFC 3986 §5.2).
    ///
    /// - Returns: nil for a location at another origin: a token is for the server it was given to. Nil also for one that no
    ///   request can be made of.
    package static func resolve(location: String, against requestURL: String) -> String? {
        guard let base = SplitURL(requestURL), !location.isEmpty, location.utf8.allSatisfy(isAllowed) else {
            return nil
        }
        if location.hasPrefix("//") { return resolve(location: base.scheme + location, against: requestURL) }
        if location.hasPrefix("/") { return base.origin + withoutDotSegments(location) }
        if location.hasPrefix("?") { return base.origin + base.path + location }
        if let absolute = SplitURL(location) {
            return absolute.origin.lowercased() == base.origin.lowercased() ? location : nil
        }
        // A colon in the first segment can only stand behind a scheme (RFC 3986 §4.2).
        guard location.prefix(while: { $0 != "/" && $0 != "?" }).contains(":") == false else { return nil }
        return base.origin + withoutDotSegments(base.directory + location)
    }

    /// A path and its query without `.` and `..` segments (RFC 3986 §5.2.4).
    private static func withoutDotSegments(_ reference: String) -> String {
        let path = reference.prefix { $0 != "?" }
        var segments: [Substring] = []
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case ".": if isLast { segments.append("") }
            case "..":
                _ = segments.popLast()
                if isLast { segments.append("") }
            default: segments.append(part)
            }
        }
        return "/" + segments.joined(separator: "/") + reference.dropFirst(path.count)
    }
}

/// Whether a byte may stand in a URL (RFC 3986 §2), but for the fragment's sign, which has no business in a location.
private func isAllowed(_ byte: UInt8) -> Bool {
    (0x21...0x7e).contains(byte) && !##"#"<>\^`{|}"##.utf8.contains(byte)
}

/// An absolute URL, cut where a relative one goes on.
private struct SplitURL {
    /// The scheme with its colon.
    let scheme: String
    /// Scheme and authority.
    let origin: String
    /// The path, without the query.
    let path: String

    init?(_ url: String) {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://"),
            url[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else { return nil }
        let authority = url.index(colon, offsetBy: 3)
        let end = url[authority...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex
        scheme = String(url[...colon])
        origin = String(url[..<end])
        path = String(url[end...].prefix { $0 != "?" })
    }

    /// The path up to its last slash.
    var directory: String {
        guard let slash = path.lastIndex(of: "/") else { return "/" }
        return String(path[...slash])
    }
}

extension Url {
    /// The endpoint with or without a trailing slash, then the path.
    fileprivate func appending(_ path: String) -> String {
        let base = description
        return base.hasSuffix("/") ? base + path : base + "/" + path
    }
}
