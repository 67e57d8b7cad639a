import Foundation
import Testing

/// `prio dev up` in a directory of its own, on free ports, and what a user would type next.
final class DevDeployment {
    let directory: URL
    private let process: ProgramProcess

    var catalog: String { directory.appendingPathComponent("run/metrics.yaml").path }
    var run: String { directory.appendingPathComponent("run").path }
    var processIdentifier: Int32 { process.processID }

    /// Starts both aggregators and waits until they are ready.
    static func start(catalog: String) async throws -> DevDeployment {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("prio-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try catalog.write(to: directory.appendingPathComponent("source.yaml"), atomically: true, encoding: .utf8)
        return try await start(in: directory)
    }

    /// Starts again with what an earlier start left in the directory.
    static func start(in directory: URL) async throws -> DevDeployment {
        let deployment = try DevDeployment(directory)
        for _ in 0..<600 {
            if await deployment.isReady { return deployment }
            guard deployment.process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        await deployment.stop()
        throw StartFailure(log: deployment.logText)
    }

    struct StartFailure: Error { let log: String }

    private init(_ directory: URL) throws {
        self.directory = directory
        let ports = try (Self.freePort(), Self.freePort())
        var arguments = [
            "dev", "up", "--catalog", directory.appendingPathComponent("source.yaml").path,
            "--dir", directory.appendingPathComponent("run").path,
        ]
        if !FileManager.default.fileExists(atPath: directory.appendingPathComponent("run/metrics.yaml").path) {
            arguments += ["--leader-port", String(ports.0), "--helper-port", String(ports.1)]
        }
        process = try ProgramProcess(
            Program.prio.url, arguments, errors: .file(at: directory.appendingPathComponent("up.log")))
    }

    /// The text that `prio dev up` and both aggregators wrote.
    var logText: String {
        ["up.log", "run/leader/log", "run/helper/log"]
            .compactMap { try? String(contentsOf: directory.appendingPathComponent($0), encoding: .utf8) }
            .joined(separator: "\n")
    }

    /// Sends a signal to `prio dev up` and waits for its end.
    @discardableResult
    func stop(signal: Int32 = SIGTERM) async -> Int32 {
        process.send(signal)
        return await process.end()
    }

    /// Waits until `prio dev up` ends by itself.
    func end() async -> Int32 { await process.end() }

    /// Removes all files.
    func remove() { try? FileManager.default.removeItem(at: directory) }

    /// The process IDs of the two aggregators: the children of any of `prio dev up`'s threads.
    var aggregators: [Int32] {
        let threads = "/proc/\(process.processID)/task"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []
        return names.flatMap { thread in
            let text = (try? String(contentsOfFile: "\(threads)/\(thread)/children", encoding: .utf8)) ?? ""
            return text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        }
    }

    func submit(_ arguments: String..., input: String = "") async throws -> Program.Outcome {
        try await Program.client.run(["submit"] + arguments + ["--catalog", catalog], input: input)
    }

    func collect(_ arguments: String...) async throws -> Program.Outcome {
        try await Program.collector.run(["collect"] + arguments + ["--dir", run])
    }

    /// Ready when the file that the commands need is there and both aggregators answer.
    private var isReady: Bool {
        get async {
            guard let text = try? String(contentsOfFile: catalog, encoding: .utf8) else { return false }
            let urls = text.split(separator: "\n").filter { $0.hasPrefix("leader_url") || $0.hasPrefix("helper_url") }
                .compactMap { $0.split(separator: " ").last.map { $0.trimmingCharacters(in: ["\"", "'"]) } }
            guard urls.count == 2 else { return false }
            for url in urls {
                guard let url = URL(string: url.hasSuffix("/") ? url + "readyz" : url + "/readyz"),
                    await Self.answers(url)
                else { return false }
            }
            return true
        }
    }

    private static func answers(_ url: URL) async -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0, let port = url.port else { return false }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return false }
        let request = "GET \(url.path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard send(socket, request, request.utf8.count, 0) == request.utf8.count else { return false }
        var buffer = [UInt8](repeating: 0, count: 12)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_WAITALL))
        return count == 12 && String(decoding: buffer, as: UTF8.self).hasSuffix("200")
    }

    private static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
