import Foundation

/// The executables that the same build made, run as a user runs them.
struct Program: Sendable {
    /// The longest that one run may take.
    static let timeLimit: TimeInterval = 120

    let name: String

    static let prio = Program(name: "prio")
    static let client = Program(name: "prio-client")
    static let aggregator = Program(name: "prio-aggregator")
    static let collector = Program(name: "prio-collector")

    /// What a run left behind.
    struct Outcome: Sendable, CustomStringConvertible {
        let status: Int32
        let output: String
        let errors: String
        var description: String { "exit \(status)\n--- stdout\n\(output)\n--- stderr\n\(errors)" }
    }

    /// The executable, beside the test bundle.
    var url: URL {
        let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let candidates = [bundle, URL(fileURLWithPath: CommandLine.arguments[0])]
            .map { $0.deletingLastPathComponent().appendingPathComponent(name) }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[0]
    }

    /// Runs to the end, with the given standard input.
    func run(_ arguments: [String], input: String = "") async throws -> Outcome {
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        try process.runAlone()
        let killer = Task {
            try await Task.sleep(for: .seconds(Self.timeLimit))
            process.terminate()
        }
        defer { killer.cancel() }
        async let output = Self.readAll(stdout)
        async let errors = Self.readAll(stderr)
        try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? stdin.fileHandleForWriting.close()
        let (out, err) = await (output, errors)
        await Self.wait(for: process)
        return Outcome(status: process.terminationStatus, output: out, errors: err)
    }

    /// Waits on a thread of its own, so that no other test starves.
    static func wait(for process: Process) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                process.waitUntilExit()
                continuation.resume()
            }
        }
    }

    private static func readAll(_ pipe: Pipe) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = pipe.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}
