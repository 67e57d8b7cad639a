public import DAPRoles
public import DifferentialPrivacy

extension MemoryStore: PrivacyStore {
    /// What each metric has given away, added up anew each time.
    public func privacySpending() async throws -> [String: PrivacySpending] {
        let reserved = reservations()
        let metrics = Set((debits + reserved).map(\.metric))
        return Dictionary(
            uniqueKeysWithValues: metrics.map { metric in
                let releases = debits.filter { $0.metric == metric }
                let spending = PrivacySpending(
                    spent: releases.map(\.added).reduce(.zero, +),
                    reserved: reserved.filter { $0.metric == metric }.map(\.added).reduce(.zero, +),
                    releases: UInt64(releases.count))
                return (metric, spending)
            })
    }

    /// The debits of a metric's releases, the last windows first.
    public func privacyDebits(metric: String, limit: Int) async throws -> [PrivacyDebit] {
        let ofMetric = debits.enumerated().filter { $0.element.metric == metric }
        return ofMetric.sorted { ($0.element.end, $0.offset) > ($1.element.end, $1.offset) }.prefix(max(0, limit))
            .map(\.element)
    }

    /// What an account says about a release of some buckets.
    ///
    /// - Parameter job: the collection job whose own reservation is left out.
    func statement(
        _ account: PrivacyAccount?, of buckets: [BatchBucket], without job: Int64? = nil
    ) -> PrivacyStatement {
        guard let account else { return PrivacyStatement() }
        let reserved = reservations(without: job)
        var spent: [String: PrivacyCost] = [:]
        for debit in debits + reserved {
            spent[debit.metric, default: .zero] = spent[debit.metric, default: .zero] + debit.added
        }
        let isOverlapping = { (debit: PrivacyDebit) in
            debit.metric == account.metric
                && account.seconds(of: buckets).contains { second in
                    debit.start < second.upperBound && second.lowerBound < debit.end
                }
        }
        return PrivacyStatement(
            spent: spent, overlapping: debits.filter(isOverlapping), reserved: reserved.filter(isOverlapping))
    }

    private func reservations(without job: Int64? = nil) -> [PrivacyDebit] {
        collectionJobs.filter { $0.key != job }.sorted { $0.key < $1.key }.compactMap(\.value.reservation)
    }
}

extension PrivacyAccount {
    /// The seconds from the first report's window to the last one's, if there is a report; the end of time where they
    /// are beyond it.
    fileprivate func seconds(of buckets: [BatchBucket]) -> [Range<UInt64>] {
        guard let first = buckets.map(\.times.lowerBound.value).min(),
            let last = buckets.map(\.times.upperBound.value).max()
        else { return [] }
        let length = UInt128(windowLength)
        return [UInt64(clamping: UInt128(first) * length)..<UInt64(clamping: (UInt128(last) + 1) * length)]
    }
}
