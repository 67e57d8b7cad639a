import DAPMessages
import DAPRoles

extension Dictionary<BatchBucketID, BatchBucket> {
    /// The buckets with additions.
    func adding(_ additions: [BatchBucket], merge: AggregateShareMerge) throws -> [BatchBucketID: BatchBucket] {
        var buckets = self
        for addition in additions {
            guard let stored = buckets[addition.id] else {
                buckets[addition.id] = addition
                continue
            }
            let first = Swift.min(stored.times.lowerBound, addition.times.lowerBound)
            let last = Swift.max(stored.times.upperBound, addition.times.upperBound)
            var checksum = stored.checksum
            checksum.merge(addition.checksum)
            buckets[addition.id] = BatchBucket(
                id: addition.id, times: first...last,
                aggregateShare: try merge(stored.aggregateShare, addition.aggregateShare),
                reportCount: stored.reportCount + addition.reportCount, checksum: checksum)
        }
        return buckets
    }

    /// Erases the aggregate shares of a batch; the rest of its buckets stays.
    mutating func eraseShares(of batch: BatchSelector) {
        for (id, bucket) in self where batch.contains(id) {
            self[id] = BatchBucket(
                id: id, times: bucket.times, aggregateShare: [], reportCount: bucket.reportCount,
                checksum: bucket.checksum)
        }
    }

    /// The non-empty buckets of a batch, in order of time.
    func within(_ batch: BatchSelector) -> [BatchBucket] {
        values.filter { batch.contains($0.id) && $0.reportCount > 0 }
            .sorted { $0.times.lowerBound < $1.times.lowerBound }
    }
}

extension BatchSelector {
    /// Whether a bucket belongs to the batch.
    func contains(_ bucket: BatchBucketID) -> Bool {
        switch (self, bucket) {
        case (.timeInterval(let config), .time(let time)): config.batchInterval.contains(time)
        case (.leaderSelected(let config), .batch(let id)): config.batchID == id
        case (.timeInterval, .batch), (.leaderSelected, .time): false
        }
    }

    /// When a time-interval batch begins.
    var start: Time? {
        guard case .timeInterval(let config) = self else { return nil }
        return config.batchInterval.start
    }

    /// Whether two batches may have a report in common.
    func overlaps(_ other: BatchSelector) -> Bool {
        switch (self, other) {
        case (.timeInterval(let one), .timeInterval(let two)): one.batchInterval.overlaps(two.batchInterval)
        case (.leaderSelected(let one), .leaderSelected(let two)): one.batchID == two.batchID
        case (.timeInterval, .leaderSelected), (.leaderSelected, .timeInterval): false
        }
    }
}

extension Interval {
    /// Whether two intervals have a unit of time in common.
    fileprivate func overlaps(_ other: Interval) -> Bool {
        duration.value > 0 && other.duration.value > 0 && (contains(other.start) || other.contains(start))
    }
}
