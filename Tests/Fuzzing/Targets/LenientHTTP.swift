import HTTPTypes

/// Requests as they would come over a connection, read without strictness: what HTTP/1.1 would refuse is left out.
struct LenientHTTP {
    struct Message {
        let head: HTTPRequest
        let body: [UInt8]
    }

    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    /// The next request. Its body is as long as `Content-Length` says, or as there are bytes.
    mutating func next() -> Message? {
        guard !bytes.isEmpty, let first = line() else { return nil }
        let words = first.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count >= 2, let method = HTTPRequest.Method(String(words[0])) else { return nil }
        var fields = HTTPFields()
        while let line = line(), !line.isEmpty {
            guard let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon])) else {
                continue
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            fields.append(HTTPField(name: name, value: String(value)))
        }
        let length = fields[.contentLength].flatMap(Int.init) ?? .max
        let body = Array(bytes.prefix(max(length, 0)))
        bytes = bytes.dropFirst(body.count)
        return Message(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "localhost", path: String(words[1]), headerFields: fields),
            body: body)
    }

    private mutating func line() -> String? {
        guard !bytes.isEmpty else { return nil }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        bytes = bytes.dropFirst(line.count + 1)
        return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
}
