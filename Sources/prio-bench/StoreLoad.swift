import DAPMessages
import DAPRoles
import DAPStoreSQLite
import VDAF

/// What a leader's or a helper's store has to do, without any cryptography: reports of a `count` metric.
struct StoreLoad: Sendable {
    /// Bytes of a response to an aggregation job, per report: its ID and the helper's message.
    private static let responseBytes = 60

    let store: SQLiteStore
    let role: AggregatorRole
    private let taskID: TaskID
    private let clock = ContinuousClock()

    init(store: SQLiteStore, role: AggregatorRole) {
        self.store = store
        self.role = role
        taskID = Self.random()
    }

    /// Takes and settles reports of one time as fast as it goes.
    ///
    /// - Returns: the seconds it took.
    func fill(_ count: Int, time: UInt64) async throws -> Double {
        let start = clock.now
        var done = 0
        while done < count {
            let size = min(LeaderLimits.uploadBatch, count - done)
            try await take(size, time: Time(time))
            done += size
        }
        return Self.seconds(start.duration(to: clock.now))
    }

    /// Takes and settles reports at a steady rate until the time is over or the task is cancelled.
    ///
    /// - Returns: how long it takes for a tenth of a second's reports.
    func take(rate: Int, time: UInt64, for length: Swift.Duration) async throws -> StoreTimes {
        let start = clock.now
        let share = max(1, min(LeaderLimits.uploadBatch, rate / 10))
        var times: [Double] = []
        var next = start
        while start.duration(to: clock.now) < length, !Task.isCancelled {
            do {
                times.append(Self.seconds(try await clock.measure { try await take(share, time: Time(time)) }))
            } catch is CancellationError {
                break
            }
            next += Swift.Duration.seconds(Double(share) / Double(rate))
            try? await clock.sleep(until: next)
        }
        return StoreTimes(times)
    }

    /// Deletes all that has expired.
    func forget(
        _ expiry: TaskExpiry, rowsPerStep: Int, pause: Swift.Duration
    ) async throws -> (rows: Int, seconds: Double, times: StoreTimes) {
        let start = clock.now
        var times: [Double] = []
        var rows = 0
        while true {
            let stepStart = clock.now
            let count = try await store.deleteExpired(task: taskID, role: role, expiry, limit: rowsPerStep)
            if count.rows == 0 { break }
            times.append(Self.seconds(stepStart.duration(to: clock.now)))
            rows += count.rows
            try await Task.sleep(for: pause)
        }
        return (rows, Self.seconds(start.duration(to: clock.now)), StoreTimes(times))
    }

    /// Takes some reports and settles them.
    private func take(_ count: Int, time: Time) async throws {
        let metadata = (0..<count).map { _ in ReportMetadata(reportID: Self.random(), time: time) }
        switch role {
        case .leader: try await upload(metadata, time: time)
        case .helper: try await commit(metadata, time: time)
        }
    }

    private func upload(_ metadata: [ReportMetadata], time: Time) async throws {
        _ = try await store.insertReports(
            metadata.map { report in
                UploadedReport(
                    taskID: taskID, metadata: report, publicShare: [],
                    leaderInputShare: StoredSecret([UInt8](repeating: 1, count: 48)),
                    helperEncryptedInputShare: HpkeCiphertext(
                        configID: 1, encapsulatedKey: [UInt8](repeating: 2, count: 32),
                        payload: [UInt8](repeating: 3, count: 64)))
            })
        _ = try await store.createAggregationJobs(
            task: taskID, minimumSize: 1, maximumSize: LeaderLimits.reportsPerJob, uploadedBefore: 0, filling: nil,
            now: 0)
        while let work = try await store.leaseAggregationJob(now: 1, leaseEnd: 1000) {
            _ = try await store.prepareAggregationJob(work.lease, rejected: [:])
            _ = try await store.finishAggregationJob(
                work.lease, additions: [addition(work.reports.count, time: time)], rejected: [:], returned: [], now: 1,
                merge: { _, addition in addition })
        }
    }

    private func commit(_ metadata: [ReportMetadata], time: Time) async throws {
        for start in stride(from: 0, to: metadata.count, by: LeaderLimits.reportsPerJob) {
            let reports = Array(metadata[start..<min(start + LeaderLimits.reportsPerJob, metadata.count)])
            _ = try await store.commitErrors(task: taskID, batchID: nil, reports: reports)
            _ = try await store.commitAggregationJob(
                HelperAggregationCommit(
                    taskID: taskID, id: Self.random(), committed: reports,
                    additions: [addition(reports.count, time: time)],
                    response: [UInt8](repeating: 4, count: reports.count * Self.responseBytes)),
                merge: { _, addition in addition })
        }
    }

    private func addition(_ count: Int, time: Time) -> BatchBucket {
        BatchBucket(
            time: time, aggregateShare: [UInt8](repeating: 5, count: 8), reportCount: UInt64(count),
            checksum: BatchChecksum())
    }

    private static func random<ID: OpaqueIdentifier>() -> ID {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<ID.byteCount / 8).flatMap { _ in
            let word = generator.next()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        do { return try ID(bytes) } catch { preconditionFailure("there are as many bytes as an identifier takes") }
    }

    private static func seconds(_ duration: Swift.Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}

/// How long transactions took.
struct StoreTimes: CustomStringConvertible, Sendable {
    private let sorted: [Double]

    /// - Parameter seconds: of each.
    init(_ seconds: [Double]) { sorted = seconds.sorted() }

    var description: String {
        guard let longest = sorted.last else { return "none" }
        return "\(sorted.count) times, median \(Self.text(part(0.5))) ms, 99 % below \(Self.text(part(0.99))) ms, "
            + "longest \(Self.text(longest)) ms"
    }

    private func part(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }

    private static func text(_ seconds: Double) -> String { "\((seconds * 10_000).rounded() / 10)" }
}
