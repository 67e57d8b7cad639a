import DAPMessages
import DAPRoles
import GRDB

/// The batch buckets of a task, of either batch mode.
struct BatchBuckets {
    let task: Int64
    let db: Database

    /// Adds to a bucket, or starts it.
    func add(_ addition: BatchBucket, merge: AggregateShareMerge) throws {
        switch addition.id {
        case .time(let time): try timeInterval.add(addition, at: time.stored, merge: merge)
        case .batch(let batchID): try leaderSelected.add(addition, of: batchID, merge: merge)
        }
    }

    /// The non-empty buckets of a batch, in order of time.
    func of(_ batch: BatchSelector) throws -> [BatchBucket] {
        switch batch {
        case .timeInterval(let config): try timeInterval.within(StoredInterval(config.batchInterval))
        case .leaderSelected(let config): try leaderSelected.bucket(of: config.batchID).filter(\.isFilled)
        }
    }

    /// How many reports the buckets of a batch contain.
    func reportCount(of batch: BatchSelector) throws -> UInt64 {
        switch batch {
        case .timeInterval(let config): try timeInterval.reportCount(within: StoredInterval(config.batchInterval))
        case .leaderSelected(let config): try leaderSelected.bucket(of: config.batchID).first?.reportCount ?? 0
        }
    }

    /// Erases the aggregate shares of a batch that is collected. How many reports they were of, and which, stays: what is
    /// still to be told of the batch, or forgotten with it, is found by that.
    func eraseShares(of batch: BatchSelector) throws {
        switch batch {
        case .timeInterval(let config): try timeInterval.eraseShares(within: StoredInterval(config.batchInterval))
        case .leaderSelected(let config): try leaderSelected.eraseShare(of: config.batchID)
        }
    }

    private var timeInterval: TimeIntervalBuckets { TimeIntervalBuckets(task: task, db: db) }

    private var leaderSelected: LeaderSelectedBuckets { LeaderSelectedBuckets(task: task, db: db) }
}

extension BatchBucket {
    /// This bucket with an addition.
    ///
    /// - Throws: `SQLiteStoreError` (`outOfRange`) when the reports cannot be counted.
    func adding(_ addition: BatchBucket, merge: AggregateShareMerge) throws -> BatchBucket {
        let (count, overflow) = reportCount.addingReportingOverflow(addition.reportCount)
        guard !overflow else { throw SQLiteStoreError(.outOfRange, "more reports than can be counted") }
        var checksum = checksum
        checksum.merge(addition.checksum)
        let first = min(times.lowerBound, addition.times.lowerBound)
        let last = max(times.upperBound, addition.times.upperBound)
        return BatchBucket(
            id: id, times: first...last, aggregateShare: try merge(aggregateShare, addition.aggregateShare),
            reportCount: count, checksum: checksum)
    }

    fileprivate var isFilled: Bool { reportCount > 0 }
}
