import DAPHTTPClient
import DAPRoles
import Foundation
import Testing

/// A party of the test API in a process of its own, on a free port of 127.0.0.1.
final class InteropParty {
    typealias Object = [String: InteropJSON]

    /// The URL that everything lies below.
    let url: String
    private let process: ProgramProcess
    private let directory: URL
    private let transport: HTTPTransport

    struct StartFailure: Error { let log: String }

    /// Starts `prio-interop` and waits until it says where it listens.
    static func start(
        _ role: String, _ arguments: [String] = [], transport: HTTPTransport
    ) async throws -> InteropParty {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("interop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let logFile = directory.appendingPathComponent("log")
        let process = try ProgramProcess(
            Program(name: "prio-interop").url, [role, "--port", "0", "--log-level", "notice"] + arguments,
            environment: ["TMPDIR": directory.path], errors: .file(at: logFile))
        for _ in 0..<300 where process.isRunning {
            let log = (try? String(contentsOf: logFile, encoding: .utf8)) ?? ""
            let line = log.split(separator: "\n").first { $0.contains(" listens at http://127.0.0.1:") }
            if let url = line?.split(separator: " ").last {
                return InteropParty(url: String(url), process: process, directory: directory, transport: transport)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        process.send(SIGTERM)
        _ = await process.end()
        throw StartFailure(log: (try? String(contentsOf: logFile, encoding: .utf8)) ?? "")
    }

    private init(url: String, process: ProgramProcess, directory: URL, transport: HTTPTransport) {
        self.url = url
        self.process = process
        self.directory = directory
        self.transport = transport
    }

    /// Sends a command; the answer must be an object with a status.
    func post(_ command: String, _ fields: Object) async throws -> Object {
        try await post(command, body: Array(JSONEncoder().encode(InteropJSON.object(fields))))
    }

    func post(_ command: String, body: [UInt8]) async throws -> Object {
        let response = try await send(.post, "internal/test/" + command, body: body)
        #expect(response.status == 200)
        #expect(response.contentType == "application/json")
        guard case .object(let object) = try JSONDecoder().decode(InteropJSON.self, from: Data(response.body)) else {
            throw StartFailure(log: "\(command) answered \(String(decoding: response.body, as: UTF8.self))")
        }
        #expect(object["status"]?.text != nil)
        return object
    }

    func send(_ method: TransportRequest.Method, _ path: String, body: [UInt8] = []) async throws -> TransportResponse {
        try await transport.send(TransportRequest(method, url + path, body: body))
    }

    /// What it wrote on stderr.
    var log: String {
        (try? String(contentsOf: directory.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }

    /// The files that it has in the directory for temporary ones.
    var temporaryFiles: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).filter { $0 != "log" }
    }

    /// Sends a signal and waits for the end, at most some seconds.
    @discardableResult
    func stop(signal: Int32 = SIGTERM) async -> Int32 {
        process.send(signal)
        let killer = Task { [process] in
            try await Task.sleep(for: .seconds(20))
            process.send(SIGKILL)
        }
        defer { killer.cancel() }
        return await process.end()
    }

    /// Removes its files.
    func remove() { try? FileManager.default.removeItem(at: directory) }
}
