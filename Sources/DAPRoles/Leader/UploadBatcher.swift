/// Gathers the reports of concurrent uploads into few transactions: a commit costs the same for one as for many.
///
/// While one transaction runs, what arrives waits for the next; an upload is answered after its commit.
public actor UploadBatcher {
    /// Reports that may wait; beyond them uploads are refused as busy.
    public static let waitingReports = 20_000

    private struct Entry {
        let reports: [UploadedReport]
        let continuation: CheckedContinuation<[ReportInsertion], any Error>
    }

    private let store: any LeaderReportStore
    private var waiting: [Entry] = []
    private var waitingCount = 0
    private var isWriting = false

    /// A batcher before a store.
    public init(store: any LeaderReportStore) { self.store = store }

    /// Reports that wait for the next transaction.
    package var waitingReportCount: Int { waitingCount }

    /// Stores reports and returns when they are durable.
    ///
    /// - Parameter reports: of one upload, at most `LeaderLimits.uploadBatch`.
    /// - Returns: one outcome per report, in order.
    /// - Throws: `DAPAbort` busy, without a pause, when too many reports are waiting; the store's error when the commit failed.
    public func insert(_ reports: [UploadedReport]) async throws -> [ReportInsertion] {
        guard !reports.isEmpty else { return [] }
        precondition(reports.count <= LeaderLimits.uploadBatch, "an upload fits a transaction")
        guard waitingCount + reports.count <= Self.waitingReports else {
            throw DAPAbort(.busy, "too many uploads are waiting", task: reports.first?.taskID)
        }
        return try await withCheckedThrowingContinuation { continuation in
            waiting.append(Entry(reports: reports, continuation: continuation))
            waitingCount += reports.count
            if !isWriting {
                isWriting = true
                Task { await writeAll() }
            }
        }
    }

    private func writeAll() async {
        while !waiting.isEmpty {
            let entries = nextBatch()
            do {
                let reports = entries.flatMap(\.reports)
                let outcomes = try await store.insertReports(reports)
                precondition(outcomes.count == reports.count, "a store gives an outcome for every report")
                var start = 0
                for entry in entries {
                    entry.continuation.resume(returning: Array(outcomes[start..<start + entry.reports.count]))
                    start += entry.reports.count
                }
            } catch {
                for entry in entries { entry.continuation.resume(throwing: error) }
            }
        }
        isWriting = false
    }

    /// Whole uploads up to the limit of a transaction; at least one.
    private func nextBatch() -> [Entry] {
        var count = 0
        var end = 0
        while end < waiting.count, end == 0 || count + waiting[end].reports.count <= LeaderLimits.uploadBatch {
            count += waiting[end].reports.count
            end += 1
        }
        waitingCount -= count
        defer { waiting.removeFirst(end) }
        return Array(waiting[..<end])
    }
}
