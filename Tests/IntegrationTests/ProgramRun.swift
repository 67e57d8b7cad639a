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
        let (output, errors) = (try FileHandle.unnamedFile(), try FileHandle.unnamedFile())
        let process = try ProgramProcess(
            url, arguments, input: try .unnamedFile(with: input), output: output, errors: errors)
        let killer = Task {
            try await Task.sleep(for: .seconds(Self.timeLimit))
            process.send(SIGTERM)
        }
        defer { killer.cancel() }
        let status = await process.end()
        return Outcome(status: status, output: try output.text(), errors: try errors.text())
    }
}
