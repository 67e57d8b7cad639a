import DAPRoles
import Foundation
import PrioCommand
import UnixSignals

/// The two aggregators as processes: started together, watched, and stopped together.
struct AggregatorPair {
    /// Seconds until both must be ready.
    static let readyLimit: UInt64 = 60
    /// Between two looks whether they are, in milliseconds.
    static let readyPause: UInt64 = 100
    /// Seconds between SIGTERM and SIGKILL.
    static let stopLimit: UInt64 = 10
    /// Bytes at the end of a log that are searched for an error.
    private static let logTail = 64 << 10

    private enum Event: Sendable {
        case signal
        case exited(name: String, status: ChildProcess.Exit)
        case ready
        case notReady(name: String)
    }

    private struct Aggregator: Sendable {
        let name: String
        let files: DevelopmentDirectory.AggregatorFiles
        let port: Int
    }

    private let program: String
    private let aggregators: [Aggregator]
    private let clock = SystemClock()

    init(program: String, directory: DevelopmentDirectory, ports: AggregatorPorts) {
        self.program = program
        aggregators = [
            Aggregator(name: "leader", files: directory.leader, port: ports.leader),
            Aggregator(name: "helper", files: directory.helper, port: ports.helper),
        ]
    }

    /// Runs both until a signal comes.
    ///
    /// - Parameter onReady: called when both answer.
    /// - Throws: `CommandFailure` when one ends by itself or does not get ready; the other is then stopped.
    func run(until signals: UnixSignalsSequence, transport: some Transport, onReady: () -> Void) async throws {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        var children: [ChildProcess] = []
        var failure: CommandFailure?
        do {
            for aggregator in aggregators { children.append(try start(aggregator, continuation)) }
        } catch {
            failure = CommandFailure(error)
        }
        let watch = Task {
            for await _ in signals { continuation.yield(.signal) }
        }
        let readiness = Task { continuation.yield(await waitUntilReady(transport)) }
        defer {
            watch.cancel()
            readiness.cancel()
        }
        var running = children.count
        var iterator = events.makeAsyncIterator()
        watching: while failure == nil, let event = await iterator.next() {
            switch event {
            case .ready: onReady()
            case .signal: break watching
            case .notReady(let name): failure = tooSlow(name)
            case .exited(let name, let status):
                running -= 1
                failure = ended(name, status)
            }
        }
        await stop(children, running: running, &iterator)
        if let failure { throw failure }
    }

    private func start(_ aggregator: Aggregator, _ events: AsyncStream<Event>.Continuation) throws -> ChildProcess {
        try ChildProcess(
            program, ["serve", "--config", aggregator.files.configuration, "--until-stdin-closes"],
            log: aggregator.files.log
        ) { status in events.yield(.exited(name: aggregator.name, status: status)) }
    }

    private func waitUntilReady(_ transport: some Transport) async -> Event {
        let deadline = clock.now() + Self.readyLimit
        for aggregator in aggregators {
            let request = TransportRequest(.get, AggregatorPorts.url(port: aggregator.port) + "readyz")
            while (try? await transport.send(request))?.status != 200 {
                guard clock.now() < deadline else { return .notReady(name: aggregator.name) }
                do {
                    try await clock.sleep(milliseconds: Self.readyPause)
                } catch {
                    return .notReady(name: aggregator.name)
                }
            }
        }
        return .ready
    }

    /// Stops all children and waits until they have ended.
    private func stop(
        _ children: [ChildProcess], running: Int, _ events: inout AsyncStream<Event>.Iterator
    ) async {
        for child in children { child.send(SIGTERM) }
        let hardStop = Task {
            try await clock.sleep(milliseconds: Self.stopLimit * 1000)
            for child in children { child.send(SIGKILL) }
        }
        defer { hardStop.cancel() }
        var running = running
        while running > 0, let event = await events.next() {
            if case .exited = event { running -= 1 }
        }
    }

    private func ended(_ name: String, _ status: ChildProcess.Exit) -> CommandFailure {
        let log = aggregators.first { $0.name == name }?.files.log ?? ""
        let how = status > 128 ? "was ended by signal \(status - 128)" : "has stopped with status \(status)"
        let reason = lastError(in: log).map { ": \($0)" } ?? ""
        return CommandFailure(.other, "the \(name) \(how)\(reason)", hint: "its log is \(log)")
    }

    private func tooSlow(_ name: String) -> CommandFailure {
        let log = aggregators.first { $0.name == name }?.files.log ?? ""
        return CommandFailure(
            .peerDown, "the \(name) is not ready after \(Self.readyLimit) seconds", hint: "its log is \(log)")
    }

    /// What an aggregator said before it stopped, unless it logged something after it: then it was another time.
    private func lastError(in log: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: log), let size = try? file.seekToEnd() else { return nil }
        defer { try? file.close() }
        guard (try? file.seek(toOffset: size - min(size, UInt64(Self.logTail)))) != nil,
            let data = try? file.readToEnd()
        else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("hint: ") }
        guard let last = lines.last, last.hasPrefix("error: ") else { return nil }
        return String(last.dropFirst("error: ".count))
    }
}
