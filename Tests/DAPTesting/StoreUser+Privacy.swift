import DAPMessages
import DAPRoles
import DifferentialPrivacy

/// Dealings of a task whose releases are debited to an account. Its units of time are windows of `window` seconds.
extension StoreUser {
    static let metric = "clicks"
    static let window: UInt64 = 100
    static let account = PrivacyAccount(metric: metric, windowLength: window)

    /// A debit of the windows from a unit of time on.
    func debit(
        at start: UInt64, windows: UInt64 = 1, of metric: String = metric, adding added: PrivacyCost = .samples(1, 2)
    ) -> PrivacyDebit {
        PrivacyDebit(
            metric: metric, task: task.bytes, start: start * Self.window, windows: windows, windowLength: Self.window,
            costPerWindow: .samples(3, 4), added: added)
    }

    /// Has the helper release an interval, at a cost.
    func release(
        _ share: Int, _ interval: Interval, _ debit: PrivacyDebit?, lease: JobLease? = nil
    ) async throws -> HelperCollectionOutcome {
        try await release(share, interval, lease: lease) { batch in
            BatchRelease(response: StoreSamples.answer(batch.buckets), debit: debit)
        }
    }

    /// Has the helper release an interval.
    func release(
        _ share: Int, _ interval: Interval, lease: JobLease? = nil,
        answer: @Sendable (ReleasableBatch) throws -> BatchRelease
    ) async throws -> HelperCollectionOutcome {
        try await store.collectBatch(
            task: task, id: StoreSamples.aggregateShareID(share), batch: StoreSamples.batch(interval), lease: lease,
            account: Self.account, answer: answer)
    }

    /// Debits the account: by the release of an empty interval, whatever it costs.
    func charge(_ share: Int, _ debit: PrivacyDebit) async throws {
        try requireEqual(
            try await release(share, StoreSamples.interval(1_000_000, 0), debit),
            .collected(StoreSamples.littleEndian(0)),
            "the release")
    }

    /// Reserves what a job's release costs.
    func reserve(_ work: CollectionJobWork, _ debit: PrivacyDebit) async throws {
        let buckets = try await store.reserveRelease(work.lease, account: Self.account) { _ in debit }
        try require(buckets != nil, "a closed batch's release can be reserved")
    }

    /// Finishes a collection job at a cost.
    func finish(_ work: CollectionJobWork, _ debit: PrivacyDebit?) async throws {
        let isFinished = try await store.finishCollectionJob(work.lease, account: Self.account) { batch in
            BatchRelease(response: StoreSamples.answer(batch.buckets), debit: debit)
        }
        try require(isFinished, "a closed and drained batch can be collected")
    }

    /// What the account says about the release of a batch whose first and last report are at these times. It is asked for
    /// by a helper's task of its own, and nothing is released.
    func statement(
        _ times: ClosedRange<UInt64>, _ account: PrivacyAccount? = account
    ) async throws -> PrivacyStatement {
        let onlooker = StoreUser(store, task: StoreSamples.taskID(200))
        for time in [times.lowerBound, times.upperBound] {
            // Those of earlier questions are there already.
            _ = try await onlooker.commit(
                Int(time), [StoreSamples.metadata(Int(time), time: time)], response: [])
        }
        return try await onlooker.statement(
            of: StoreSamples.interval(times.lowerBound, times.upperBound - times.lowerBound + 1), account)
    }

    /// What the account says about the release of an interval by the helper.
    func statement(
        of interval: Interval, _ account: PrivacyAccount? = account
    ) async throws -> PrivacyStatement {
        do {
            _ = try await store.collectBatch(
                task: task, id: StoreSamples.aggregateShareID(999), batch: StoreSamples.batch(interval), lease: nil,
                account: account
            ) { throw StatementRead(statement: $0.statement) }
        } catch let read as StatementRead { return read.statement }
        throw ContractViolation(description: "the statement of \(interval) was not asked for")
    }

    /// What the account says about the release of a job's batch.
    func statement(for work: CollectionJobWork) async throws -> PrivacyStatement {
        do {
            _ = try await store.reserveRelease(work.lease, account: Self.account) {
                throw StatementRead(statement: $0.statement)
            }
        } catch let read as StatementRead { return read.statement }
        throw ContractViolation(description: "the statement for the job was not asked for")
    }

    /// What the metric has given away.
    func spending() async throws -> PrivacySpending? { try await store.privacySpending()[Self.metric] }

    /// Whether the metric's releases have given away so much, and so much is reserved.
    func requireSpending(
        _ spent: PrivacyCost, releases: UInt64, reserved: PrivacyCost = .zero, _ what: String,
        fileID: StaticString = #fileID, line: UInt = #line
    ) async throws {
        try requireEqual(
            try await spending(), PrivacySpending(spent: spent, reserved: reserved, releases: releases), what,
            fileID: fileID, line: line)
    }
}

/// Ends a transaction, and tells what was read in it.
private struct StatementRead: Error { let statement: PrivacyStatement }

extension PrivacyCost {
    /// So many billionths of ε, if it has one, and of ρ.
    static func samples(_ epsilon: UInt64?, _ rho: UInt64) -> PrivacyCost {
        PrivacyCost(epsilon: epsilon.map { PrivacyAmount(billionths: $0) }, rho: PrivacyAmount(billionths: rho))
    }
}
