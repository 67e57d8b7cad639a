import DAPMessages
import DAPRoles
import DifferentialPrivacy
import MetricCatalog
import PrioCommand
import Synchronization
import Testing

// The testing library has one, too.
import enum PrioCommand.ExitStatus

@Suite("Collecting")
struct CollectionRunTests {
    private let directory: TemporaryDirectory
    private let log: ResultsLog

    init() throws {
        directory = try TemporaryDirectory()
        log = try ResultsLog(path: directory.file("results.jsonl"))
    }

    private func failure(_ type: ProblemType) -> CollectionFailure {
        .refused(StoredProblem(type: type.urn, detail: "why"), status: 400)
    }

    /// Collects, and gives the windows that were asked for.
    private func collect(
        _ selection: WindowSelection,
        _ answer: @escaping @Sendable (TimeWindow) async throws -> CollectionResult = { try released($0) }
    ) async throws -> (outcome: CollectionRun.Outcome, asked: [UInt64], failure: CommandFailure?) {
        let asked = Mutex<[UInt64]>([])
        let run = CollectionRun(metric: try Metrics.metric("visits"), taskID: try Metrics.task(1), log: log) { window in
            asked.withLock { $0.append(window.first) }
            return try await answer(window)
        }
        let outcome = try await run.collect(selection) { _, _ in }
        let report = CollectionReport(outcome: outcome, selection: selection, metric: try Metrics.metric("visits"))
        return (outcome, asked.withLock { $0.sorted() }, report.failure)
    }

    private func named(_ first: UInt64, _ end: UInt64, merged: Bool = false) throws -> WindowSelection {
        try .named(
            from: Timestamp(posixSeconds: first * Metrics.day), to: Timestamp(posixSeconds: end * Metrics.day),
            merged: merged, precision: Metrics.day, now: 1000 * Metrics.day)
    }

    private let closed = WindowSelection.closed(precision: Metrics.day, now: 3 * Metrics.day)

    @Test("What has been released is neither asked for nor shown again")
    func onlyNew() async throws {
        try log.append(Metrics.result("visits", Metrics.window(1), reports: 20, .integer(1)))
        let (outcome, asked, failure) = try await collect(closed)
        #expect(asked == [0, 2])
        #expect(outcome.results.map(\.window.first) == [0, 2])
        #expect(log.results.count == 3)
        #expect(failure == nil)
        #expect(try await collect(closed).outcome.results.isEmpty)
    }

    @Test("Where nothing is left to collect, it is told how many windows were collected and how to see them")
    func collectedBefore() async throws {
        try log.append(Metrics.result("visits", Metrics.window(1, 2), reports: 20, .integer(1)))
        try log.append(Metrics.result("visits", Metrics.window(0), reports: 20, .integer(1)))
        func report(_ outcome: CollectionRun.Outcome) throws -> CollectionReport {
            CollectionReport(outcome: outcome, selection: closed, metric: try Metrics.metric("visits"))
        }
        let again = "3 windows were collected before; --from and --to show them again"
        let nothing = try report(await collect(closed).outcome)
        #expect(nothing.failure == nil)
        #expect(nothing.notes == ["no window that has ended is left to collect; \(again)"])
        let small = failure(.invalidBatchSize)
        let later = WindowSelection.closed(precision: Metrics.day, now: 5 * Metrics.day)
        let few = try report(await collect(later) { _ in throw small }.outcome)
        #expect(few.failure?.status == .notReady)
        #expect(few.failure?.hint == again)
    }

    @Test("What meets several windows alike is told in order of time")
    func failureOrder() async throws {
        let outcome = try await collect(named(0, 3)) { _ in throw CollectionFailure.notReady }.outcome
        let report = CollectionReport(
            outcome: outcome, selection: try named(0, 3), metric: try Metrics.metric("visits"))
        let told = report.notes + [report.failure?.message ?? ""]
        #expect(told.count == 3)
        for (line, day) in zip(told, 1...) { #expect(line.contains("1970-01-0\(day)T00:00:00Z to")) }
    }

    @Test("Named windows are shown again without asking")
    func again() async throws {
        try log.append(Metrics.result("visits", Metrics.window(1), reports: 20, .integer(1)))
        let (outcome, asked, failure) = try await collect(named(0, 3))
        #expect(asked == [0, 2])
        #expect(outcome.results.map(\.window.first) == [0, 1, 2])
        #expect(failure == nil)
    }

    @Test("Windows with too few reports are passed over, unless there is nothing else, or they were named")
    func tooSmall() async throws {
        let small = failure(.invalidBatchSize)
        let some = try await collect(closed) { window in
            if window.first == 1 { throw small }
            return try released(window)
        }
        #expect(some.outcome.tooSmall.map(\.first) == [1])
        #expect(some.failure == nil)
        let none = try await collect(closed) { _ in throw small }
        #expect(none.failure?.status == .notReady)
        let all = try await collect(named(10, 12)) { window in
            if window.first == 10 { throw small }
            return try released(window)
        }
        #expect(all.outcome.results.count == 1)
        #expect(all.failure?.status == .notReady)
    }

    @Test(
        "What meets one window doesn't keep from the others; what meets all does",
        arguments: [
            (CollectionFailure.notReady, ExitStatus.notReady, 20),
            (.refused(StoredProblem(type: ProblemType.batchOverlap.urn, detail: ""), status: 400), .badData, 20),
            (.refused(StoredProblem(type: PrivacyBudgetProblem.type, detail: ""), status: 400), .budgetExceeded, 20),
            (.unavailable("x"), .peerDown, 4),
            (.refused(StoredProblem(type: "about:blank", detail: ""), status: 401), .notAuthorised, 4),
            (
                .refused(StoredProblem(type: ProblemType.unrecognizedTask.urn, detail: ""), status: 404),
                .badConfiguration, 4
            ),
        ])
    func failures(error: CollectionFailure, status: ExitStatus, asked count: Int) async throws {
        let (outcome, asked, failure) = try await collect(named(0, 20)) { _ in throw error }
        #expect(failure?.status == status)
        #expect(asked.count == count)
        #expect(outcome.notAsked == 20 - count)
    }

    @Test("What was released with other bounds is explained, not asked for")
    func otherBounds() async throws {
        try log.append(Metrics.result("visits", Metrics.window(1, 2), reports: 20, .integer(1)))
        let (_, asked, failure) = try await collect(named(1, 2))
        #expect(asked.isEmpty)
        #expect(failure?.status == .badData)
        #expect(failure?.message.contains("1970-01-02T00:00:00Z to 1970-01-04T00:00:00Z") == true)
        let merged = try await collect(named(0, 2, merged: true))
        #expect(merged.asked.isEmpty)
        #expect(merged.failure?.status == .badData)
        #expect(try await collect(named(1, 3, merged: true)).outcome.results.count == 1)
    }

    @Test("A result is in the file before the next is asked for, a few at a time")
    func bounded() async throws {
        let underWay = Mutex((now: 0, most: 0))
        _ = try await collect(named(0, 100)) { window in
            underWay.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            await Task.yield()
            underWay.withLock { $0.now -= 1 }
            return try released(window)
        }
        #expect(underWay.withLock { $0.most } <= CollectionRun.concurrentWindows)
        #expect(try ResultsLog(path: directory.file("results.jsonl")).results.count == 100)
    }

    @Test("A result keeps which windows its reports are from, and what was promised about it")
    func kept() async throws {
        let run = CollectionRun(metric: try Metrics.metric("sick"), taskID: try Metrics.task(1), log: log) { window in
            CollectionResult(
                reportCount: 20, interval: Interval(start: Time(window.first + 1), duration: Duration(2)),
                result: .integer(-3))
        }
        let outcome = try await run.collect(named(7, 12, merged: true)) { _, _ in }
        let result = try #require(outcome.results.first)
        #expect(try result.window == Metrics.window(7, 5))
        #expect(try result.reportWindows == Metrics.window(8, 2))
        #expect(result.mechanism == .laplace(epsilon: PrivacyAmount(billionths: PrivacyAmount.scale)))
        #expect(result.values == [-3])
    }

    @Test("A window that the budget does not cover is told with the window, and the others are collected")
    func budget() async throws {
        let problem = StoredProblem(type: PrivacyBudgetProblem.type, detail: "ε 0.5 is left")
        let (outcome, _, failure) = try await collect(named(0, 3)) { window in
            if window.first == 1 { throw CollectionFailure.refused(problem, status: 400) }
            return try released(window)
        }
        #expect(outcome.results.map(\.window.first) == [0, 2])
        #expect(failure?.status == .budgetExceeded)
        #expect(failure?.message == "1970-01-02T00:00:00Z to 1970-01-03T00:00:00Z: ε 0.5 is left")
        #expect(failure?.hint?.contains("budget") == true)
    }
}

/// What a leader releases of a window.
private func released(_ window: TimeWindow) throws -> CollectionResult {
    CollectionResult(reportCount: 20, interval: window.interval, result: .integer(5))
}
