import Foundation

/// Ports of 127.0.0.1.
package enum LoopbackPort {
    /// Attempts at getting a free port from the system that is not the excepted one.
    private static let attempts = 10

    /// Whether a server could listen at the port now.
    package static func isFree(_ port: Int) -> Bool { bind(port) != nil }

    /// `preferred` if it is free, otherwise one that the system chooses.
    ///
    /// - Throws: `CommandFailure` when there is none.
    package static func free(preferred: Int, except excepted: Int?) throws(CommandFailure) -> Int {
        if preferred != excepted, isFree(preferred) { return preferred }
        for _ in 0..<attempts {
            if let port = bind(0), port != excepted { return port }
        }
        throw CommandFailure(.other, "there is no free port")
    }

    /// Binds and listens for a moment.
    ///
    /// - Returns: the port, or nil if it cannot be had.
    private static func bind(_ port: Int) -> Int? {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0, let port = in_port_t(exactly: port) else { return nil }
        defer { close(socket) }
        // As servers do: connections that have ended do not keep the port.
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = port.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard Foundation.bind(socket, pointer, length) == 0, listen(socket, 1) == 0 else { return Int32(-1) }
                return getsockname(socket, pointer, &length)
            }
        }
        return status == 0 ? Int(in_port_t(bigEndian: address.sin_port)) : nil
    }
}
