import DAPMessages
import DAPRoles
import PrioCommand
import Synchronization
import Testing

// The testing library has one, too.
import enum PrioCommand.ExitStatus

@Suite("Collecting leader-selected batches")
struct BatchRunTests {
    private let directory: TemporaryDirectory
    private let leader = FakeLeader()
    private var path: String { directory.file("results.jsonl") }

    init() throws { directory = try TemporaryDirectory() }

    /// A run of a process of its own: it reads the results file anew.
    private func run(
        patience: UInt64 = 60, delete: (@Sendable (String) async throws -> Void)? = nil
    ) async throws -> (outcome: BatchRun.Outcome, report: CollectionReport) {
        let metric = try Metrics.metric("queue")
        let run = try BatchRun(metric: metric, taskID: Metrics.task(1), log: ResultsLog(path: path)) { [leader] in
            try leader.answer(patience: $0)
        } delete: { [leader] url in
            try await delete?(url)
            try leader.delete(url)
        }
        let outcome = try await run.collect(patience: patience) { _ in }
        return (outcome, CollectionReport(outcome: outcome, metric: metric))
    }

    @Test("One is taken after the other, and in the file before its job is deleted")
    func oneAfterTheOther() async throws {
        leader.fill([3, 1, 2])
        let lines = Mutex<[Int]>([])
        let (outcome, report) = try await run { [directory] _ in
            let count = try directory.read("results.jsonl").split(separator: "\n").count
            lines.withLock { $0.append(count) }
        }
        #expect(outcome.results.map(\.values) == [[3], [1], [2]])
        #expect(outcome.results.map(\.jobID) == ["job-0", "job-1", "job-2"])
        #expect(try outcome.results.first?.window == Metrics.window(20_000, 2))
        #expect(lines.withLock { $0 } == [1, 2, 3])
        #expect(outcome.ending == .noneReady)
        #expect(report.failure == nil)
        #expect(try ResultsLog(path: path).results == outcome.results)
    }

    @Test("The first is waited for as long as is wished, the others for a few seconds")
    func patience() async throws {
        leader.fill([1, 2])
        _ = try await run(patience: 60)
        _ = try await run(patience: 2)
        #expect(leader.patience == [60, BatchRun.laterPatience, BatchRun.laterPatience, 2])
        leader.fill([3])
        _ = try await run(patience: 2)
        #expect(leader.patience.suffix(2) == [2, 2])
    }

    @Test("Behind a batch that the account does not cover there may be one that it does; two in a row are the end")
    func uncovered() async throws {
        let metric = try Metrics.metric("queue")
        for (refused, results, requests) in [([true, false, true, true], 1, 4), ([true, true, false], 0, 2)] {
            let made = Mutex(0)
            let path = directory.file("\(results).jsonl")
            let run = try BatchRun(metric: metric, taskID: Metrics.task(1), log: ResultsLog(path: path)) { _ in
                let number = made.withLock { made in
                    defer { made += 1 }
                    return made
                }
                guard refused[number] else {
                    return BatchRun.Released(
                        reportCount: 9, interval: Interval(start: Time(20_000), duration: Duration(1)),
                        value: .integer(Int128(number)), jobURL: "http://leader.example/jobs/\(number)")
                }
                throw CollectionFailure.refused(
                    StoredProblem(type: PrivacyBudgetProblem.type, detail: "no more"), status: 400)
            } delete: { _ in
            }
            let outcome = try await run.collect(patience: 1) { _ in }
            #expect(outcome.results.count == results && made.withLock { $0 } == requests)
            guard case .failed(let failure) = outcome.ending else {
                Issue.record("\(outcome.ending)")
                return
            }
            #expect(failure.status == .budgetExceeded)
        }
    }

    @Test("A batch that was kept but whose job was not deleted is recognised, and only deleted")
    func crashBeforeDeletion() async throws {
        leader.fill([5, 6])
        let (cut, _) = try await run { _ in throw CancellationError() }
        #expect(cut.results.map(\.values) == [[5]])
        #expect(leader.deleted.isEmpty)
        let (outcome, report) = try await run()
        #expect(outcome.results.map(\.values) == [[5], [6]])
        #expect(leader.deleted == ["job-0", "job-1"])
        #expect(report.failure == nil)
        #expect(try directory.read("results.jsonl").split(separator: "\n").count == 2)
    }

    @Test("A batch of which half a line was kept is taken again")
    func crashWhileKeeping() async throws {
        leader.fill([5, 6])
        _ = try await run { _ in throw CancellationError() }
        let text = try directory.read("results.jsonl")
        _ = try directory.write(String(text.dropLast(9)), to: "results.jsonl")
        let (outcome, _) = try await run()
        #expect(outcome.results.map(\.values) == [[5], [6]])
        #expect(try ResultsLog(path: path).results == outcome.results)
    }

    @Test("Without any batch it is not ready; with earlier ones they are shown")
    func noneReady() async throws {
        let (nothing, report) = try await run()
        #expect(nothing.results.isEmpty)
        #expect(report.failure?.status == .notReady)
        leader.fill([4])
        _ = try await run()
        let (again, later) = try await run()
        #expect(again.results.map(\.values) == [[4]])
        #expect(later.failure == nil)
        #expect(later.notes.count == 1)
    }

    @Test("A leader that fails the job for want of reports has no batch ready")
    func tooFew() async throws {
        leader.fail(.refused(StoredProblem(type: ProblemType.invalidBatchSize.urn, detail: ""), status: 400))
        #expect(try await run().report.failure?.status == .notReady)
    }

    @Test(
        "Another failure ends the run, and what was collected stays",
        arguments: [
            (CollectionFailure.unavailable("x"), ExitStatus.peerDown),
            (.refused(StoredProblem(type: "about:blank", detail: ""), status: 401), .notAuthorised),
            (.unreadable("x"), .other),
        ])
    func failure(error: CollectionFailure, status: ExitStatus) async throws {
        leader.fill([4])
        leader.fail(error)
        let (outcome, report) = try await run()
        #expect(outcome.results.map(\.values) == [[4]])
        #expect(report.failure?.status == status)
    }

    @Test("Without the job's URL, or a sensible interval, nothing is kept: the same batch could not be recognised")
    func unusableAnswers() async throws {
        leader.fill([4], url: { _ in nil })
        #expect(try await run().report.failure?.status == .other)
        leader.fill([4], interval: Interval(start: Time(.max), duration: Duration(2)))
        #expect(try await run().report.failure?.status == .other)
        leader.fill([4], interval: Interval(start: Time(1 << 30), duration: Duration(1)))
        #expect(try await run().report.failure?.status == .other)
        #expect(try ResultsLog(path: path).results.isEmpty)
    }

    @Test("A leader that forgets that a job was deleted is asked no further")
    func endless() async throws {
        leader.fill([4, 4, 4], url: { _ in "http://leader.example/jobs/same" })
        let (outcome, report) = try await run()
        #expect(outcome.results.count == 1)
        #expect(report.failure?.status == .other)
        #expect(leader.deleted.count == 1)
    }

    @Test("A job is known by the last part of its URL; another answer under that name is another batch")
    func jobNames() async throws {
        leader.fill([4, 5], url: { _ in "http://leader.example/jobs/same?x=/y#/z" })
        let (outcome, _) = try await run()
        #expect(outcome.results.map(\.jobID) == ["same", "same"])
        #expect(outcome.results.map(\.values) == [[4], [5]])
    }

    @Test("One run takes a limited number of batches, and the next goes on")
    func limit() async throws {
        leader.fill((0...BatchRun.mostBatches).map { Int128($0) })
        let (first, report) = try await run()
        #expect(first.results.count == BatchRun.mostBatches)
        #expect(first.ending == .manyCollected)
        #expect(report.failure == nil)
        #expect(report.notes.count == 1)
        #expect(try await run().outcome.results.count == BatchRun.mostBatches + 1)
    }
}

/// A leader that gives its first batch until that one's job is deleted.
private final class FakeLeader: Sendable {
    private struct State {
        var batches: [BatchRun.Released] = []
        var failure: CollectionFailure?
        var filled = 0
        var deleted: [String] = []
        var patience: [UInt64] = []
    }

    private let state = Mutex(State())

    /// The last parts of the URLs of the deleted jobs.
    var deleted: [String] { state.withLock { $0.deleted } }
    /// How long each request was to be waited for.
    var patience: [UInt64] { state.withLock { $0.patience } }

    /// Makes exactly these batches ready, each of 10 reports.
    func fill(
        _ values: [Int128], interval: Interval = Interval(start: Time(20_000), duration: Duration(2)),
        url: (Int) -> String? = { "http://leader.example/jobs/job-\($0)" }
    ) {
        state.withLock { state in
            state.batches = values.map { value in
                defer { state.filled += 1 }
                return BatchRun.Released(
                    reportCount: 10, interval: interval, value: .integer(value), jobURL: url(state.filled))
            }
        }
    }

    /// Fails every request for which no batch is ready.
    func fail(_ failure: CollectionFailure) { state.withLock { $0.failure = failure } }

    func answer(patience: UInt64) throws -> BatchRun.Released {
        try state.withLock { state in
            state.patience.append(patience)
            guard let batch = state.batches.first else { throw state.failure ?? CollectionFailure.notReady }
            return batch
        }
    }

    func delete(_ url: String) throws {
        try state.withLock { state in
            guard state.batches.first?.jobURL == url else { throw CollectionFailure.unavailable("no such job") }
            state.batches.removeFirst()
            state.deleted.append(url.split(separator: "/").last.map(String.init) ?? "")
        }
    }
}
