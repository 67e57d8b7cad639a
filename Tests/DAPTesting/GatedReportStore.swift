public import DAPRoles

/// A store of reports whose transactions wait until it is opened.
public actor GatedReportStore: LeaderReportStore {
    /// What a transaction throws that is to fail.
    public struct Failure: Error {}

    private let base = MemoryStore()
    private let failing: Set<Int>
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// The number of reports in each transaction that was begun.
    public private(set) var sizes: [Int] = []
    /// How many transactions were committed.
    public private(set) var committed = 0

    /// - Parameter failing: the transactions that fail, counted from 1.
    public init(failing: Set<Int> = []) { self.failing = failing }

    /// Waits, then stores.
    public func insertReports(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        sizes.append(reports.count)
        let transaction = sizes.count
        if !isOpen { await withCheckedContinuation { waiters.append($0) } }
        if failing.contains(transaction) { throw Failure() }
        let outcomes = try await base.insertReports(reports)
        committed += 1
        return outcomes
    }

    /// Lets all transactions go on, and those that come.
    public func open() {
        isOpen = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    /// Returns when so many transactions were begun.
    public func reached(transactions: Int) async {
        while sizes.count < transactions { await Task.yield() }
    }
}
