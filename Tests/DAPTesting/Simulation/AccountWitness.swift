import DAPRoles
import DifferentialPrivacy

/// An aggregator's account as docs/privacy.md defines it, worked out from the releases that were seen and from nothing that
/// the aggregator keeps of them.
struct AccountWitness {
    /// The windows from a batch's first report to its last.
    struct Hull: Hashable {
        let first: UInt64
        let count: UInt64

        /// - Returns: nil when there are no buckets.
        init?(_ buckets: [BatchBucket]) {
            guard let first = buckets.map(\.times.lowerBound.value).min(),
                let last = buckets.map(\.times.upperBound.value).max()
            else { return nil }
            self.init(first: first, count: last - first + 1)
        }

        init(first: UInt64, count: UInt64) {
            self.first = first
            self.count = count
        }
    }

    /// What is used up, in what the release of one window alone costs.
    struct Usage {
        var releases = 0
        /// In ε: the windows of which something was released.
        var windows: UInt64 = 0
        /// In ρ: for each of these the number of windows that the longest batch with it has.
        var longest: UInt64 = 0

        static func + (left: Usage, right: Usage) -> Usage {
            Usage(
                releases: left.releases + right.releases, windows: left.windows + right.windows,
                longest: left.longest + right.longest)
        }
    }

    let privacy: SimulatedPrivacy?
    /// What was given out, in that order.
    private(set) var released: [Hull] = []
    /// The answers.
    private(set) var responses: Set<[UInt8]> = []
    /// What is set aside, by collection job.
    private(set) var reserved: [Int64: Usage] = [:]
    /// Which lease of a collection job is the present one.
    private var leases: [Int64: JobLease] = [:]
    private(set) var spent = Usage()

    init(privacy: SimulatedPrivacy?) { self.privacy = privacy }

    // MARK: - What is seen

    mutating func release(_ hull: Hull, _ response: [UInt8], job: Int64?) {
        released.append(hull)
        responses.insert(response)
        spent = Self.usage(released)
        if let job {
            reserved[job] = nil
            leases[job] = nil
        }
    }

    mutating func reserve(_ hull: Hull, job: Int64) {
        let after = Self.usage(released + [hull])
        reserved[job] = Usage(
            releases: 1, windows: after.windows - spent.windows, longest: after.longest - spent.longest)
    }

    mutating func lease(_ lease: JobLease) { leases[lease.job] = lease }

    /// - Parameter endsReservation: whether the job gives up its batch too.
    mutating func leave(_ lease: JobLease, endsLease: Bool = true, endsReservation: Bool) {
        guard leases[lease.job]?.token == lease.token else { return }
        if endsLease { leases[lease.job] = nil }
        if endsReservation { reserved[lease.job] = nil }
    }

    /// The only unfinished job of a leader-selected task is deleted.
    mutating func endReservations() { reserved = [:] }

    // MARK: - What follows

    /// What is used up with all reservations but a job's own.
    func used(without job: Int64? = nil) -> Usage {
        reserved.filter { $0.key != job }.values.reduce(spent, +)
    }

    /// Whether a release is within all limits.
    func covers(_ hull: Hull, job: Int64? = nil) -> Bool {
        guard let privacy else { return true }
        let others = reserved.filter { $0.key != job }.values.reduce(Usage(), +)
        let usage = Self.usage(released + [hull]) + others
        let isWithinCatalog =
            switch privacy.catalog {
            case .epsilon(let windows)?: usage.windows <= windows
            case .rho(let windows)?: usage.longest <= windows
            case nil: true
            }
        return isWithinCatalog && (privacy.noise == .laplace ? usage.windows : usage.longest) <= privacy.lifetime
    }

    func cost(of usage: Usage) -> PrivacyCost {
        guard let one = privacy?.costOfOneWindow, usage.releases > 0 else { return .zero }
        return PrivacyCost(epsilon: one.epsilon?.times(usage.windows), rho: one.rho.times(usage.longest))
    }

    /// What a release costs for each of its windows.
    func costPerWindow(of hull: Hull) -> PrivacyCost? {
        privacy.map { PrivacyCost(epsilon: $0.costOfOneWindow.epsilon, rho: $0.costOfOneWindow.rho.times(hull.count)) }
    }

    private static func usage(_ hulls: [Hull]) -> Usage {
        var longest: [UInt64: UInt64] = [:]
        for hull in hulls {
            for window in hull.first..<hull.first + hull.count {
                longest[window] = max(longest[window] ?? 0, hull.count)
            }
        }
        return Usage(
            releases: hulls.count, windows: UInt64(longest.count), longest: longest.values.reduce(0, +))
    }
}
