import DAPMessages
import DAPRoles
import VDAF

extension StoreContract {
    /// What a store knows of its releases.
    static let releaseChecks = [
        StoreCheck("every batch that a leader closes or a helper collects is counted, for its task and its role") {
            store in
            let user = StoreUser(store)
            try requireEqual(try await user.tally(.leader).releases, 0, "at the start")
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try requireEqual(try await user.tally(.leader).releases, 1, "when it is closed")
            _ = try await user.close(work)
            try await user.finish(work)
            try requireEqual(try await user.tally(.leader).releases, 1, "when it is closed again, and collected")
            try require(
                try await !store.finishCollectionJob(work.lease, answer: StoreSamples.answer), "it is finished once")
            try requireEqual(try await user.tally(.leader).releases, 1, "when that is tried again")
            try requireEqual(try await user.tally(.helper).releases, 0, "the helper's of the same task")
            _ = try await user.commit(1, 1..<3)
            for _ in 0..<2 { _ = try await user.collectFromHelper(1, StoreSamples.interval(10, 5)) }
            let helper = try await user.tally(.helper).releases
            try require(helper > 0, "the helper's")
            _ = try await user.collectFromHelper(1, StoreSamples.interval(10, 5))
            _ = try await user.collectFromHelper(2, StoreSamples.interval(14, 1))
            try requireEqual(
                try await user.tally(.helper).releases, helper, "the helper's, after a repetition and an overlap")
            _ = try await user.commit(2, [StoreSamples.metadata(9, time: 20)])
            _ = try await user.collectFromHelper(3, StoreSamples.interval(20, 1))
            try require(try await user.tally(.helper).releases > helper, "the helper's, after another one")
            let other = try await StoreUser(store, task: StoreSamples.otherTask).tally(.leader)
            try requireEqual(other.releases, 0, "another task's")
            try requireEqual(try await user.tally(.leader).identity, other.identity, "the store's identity")
        },
        StoreCheck("what is not closed or collected after all is not counted") { store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            let work = try await user.startCollection(1, .leaderSelected)
            try requireEqual(
                try await store.closeBatch(work.lease, choice: StoreSamples.strictChoice), .noBatch, "closing")
            let batch = StoreSamples.batch(StoreSamples.interval(10, 5))
            _ = try? await store.collectBatch(
                task: StoreSamples.task, id: StoreSamples.aggregateShareID(1), batch: batch, lease: nil
            ) { _ in throw StoreSamples.MergeRefused() }
            try requireEqual(try await user.tally(.leader).releases, 0, "the leader's")
            try requireEqual(try await user.tally(.helper).releases, 0, "the helper's")
        },
        StoreCheck("what was last heard of the other aggregator is told again, and what comes late changes nothing") {
            store in
            let user = StoreUser(store)
            try requireEqual(try await user.notice().peers, [], "at the start")
            for (store, releases, restored, told) in [
                (1, 3, false, "1.3"), (1, 3, false, "1.3"), (1, 5, false, "1.5"), (1, 4, false, "1.5"),
                (2, 5, false, "2.5"), (3, 7, false, "3.7"), (2, 6, false, "3.7"), (4, 6, true, "4.6"),
                (5, 0, true, "5.0"), (6, 0, false, "6.0"), (6, 1, false, "6.1"),
            ] {
                let hearing = try await user.hear(own: peer(store, UInt64(releases)))
                try requireEqual(hearing.isPeerRestored, restored, "whether \(store).\(releases) was set back")
                try requireEqual(hearing.isRestored, false, "whether it was this one")
                let last = try requireValue(try await user.notice().peers.first, "tally of the other")
                try requireEqual("\(number(of: last)).\(last.releases)", told, "the tally that is told")
            }
            for store in 10..<60 { _ = try await user.hear(own: peer(store, 70)) }
            let last = try requireValue(try await user.notice().peers.first, "tally of the other")
            try requireEqual(number(of: last), 59, "the last of many")
            try requireEqual(try await user.notice().peers.map(number(of:)), [59, 58, 57, 56], "those that are told")
            try requireEqual(try await user.notice(.helper).peers, [], "as the helper of the same task")
            try requireEqual(try await store.releaseStore.releaseBlock(), nil, "the block")
        },
        StoreCheck("who hears of more releases of its own than it knows blocks itself, once for the same words") {
            store in
            let user = StoreUser(store)
            try await user.aggregate(1..<3, time: 12)
            try await user.collect(1, StoreSamples.interval(10, 5))
            let identity = try await user.tally(.leader).identity
            func hear(_ releases: UInt64, now: UInt64) async throws -> ReleaseHearing {
                try await user.hear(
                    own: peer(1, 9), of: ReleaseTally(identity: identity, releases: releases), now: now)
            }
            for known: UInt64 in [0, 1] {
                let hearing = try await hear(known, now: 1000)
                try require(!hearing.isRestored && hearing.block == nil, "\(known) are no news")
            }
            let news = try await hear(4, now: 2000)
            try require(news.isRestored, "4 are news")
            try requireEqual(news.block?.through, end(2000), "where the block ends")
            try requireEqual(news.block?.restoredAt, 2000, "when it was set back")
            try requireEqual(news.block?.isProven, false, "whether it is proven")
            try requireEqual(try await store.releaseStore.releaseBlock(), news.block, "the block that is kept")
            let again = try await hear(4, now: 3000)
            try require(!again.isRestored && again.block == news.block, "4 are no news again")
            try await user.aggregate(5..<7, time: 30)
            try await user.collect(2, StoreSamples.interval(30, 1))
            try requireEqual(
                try await user.tally(.leader).releases, 5, "the number of the next release, which nobody knows yet")
            let more = try await hear(6, now: 4000)
            try require(more.isRestored, "6 are news")
            try requireEqual(more.block?.through, end(4000), "where the block ends then")
        },
        StoreCheck("who is taken for another store blocks itself, once for each") { store in
            let user = StoreUser(store)
            for (other, releases, now, isNews) in [
                (7, 0, 1000, true), (7, 0, 2000, false), (8, 3, 3000, true), (7, 1, 4000, false), (8, 4, 5000, false),
            ] as [(Int, UInt64, UInt64, Bool)] {
                let hearing = try await user.hear(own: peer(1, 0), of: peer(other, releases), now: now)
                try requireEqual(hearing.isRestored, isNews, "whether store \(other) at \(releases) is news")
            }
            let other = try await StoreUser(store, task: StoreSamples.otherTask)
                .hear(own: peer(2, 0), of: peer(8, 9), now: 6000)
            try requireEqual(other.isRestored, false, "whether store 8 is news for another task")
            try requireEqual(other.block?.through, end(3000), "where the block ends")
            let both = ReleaseNotice(own: peer(1, 0), peers: [peer(7, 2), peer(9, 0)])
            let hearing = try await store.releaseStore.hearReleases(
                both, task: StoreSamples.task, role: .leader, now: 7000)
            try requireEqual(hearing.isRestored, true, "whether one of two is news")
            try requireEqual(try await user.tally(.leader).releases, 0, "the store's own number")
        },
        StoreCheck("a block is lifted by naming its end, and only then") { store in
            let user = StoreUser(store)
            let releases = store.releaseStore
            try require(try await !releases.liftReleaseBlock(through: 0), "there is none")
            _ = try await user.hear(own: peer(1, 0), of: peer(7, 1), now: 1000)
            let end = end(1000)
            for wrong in [0, end - 1, end + 1, UInt64.max] {
                try require(try await !releases.liftReleaseBlock(through: wrong), "it does not end at \(wrong)")
            }
            try require(try await releases.releaseBlock() != nil, "it is there still")
            try require(try await releases.liftReleaseBlock(through: end), "it ends at \(end)")
            try requireEqual(try await releases.releaseBlock(), nil, "the block")
            try require(
                try await !user.hear(own: peer(1, 0), of: peer(7, 1), now: 2000).isRestored,
                "the same words do not bring it back")
        },
        StoreCheck("batches that were opened before a block are neither filled nor given out while it lasts") { store in
            let user = StoreUser(store)
            let full = try await user.aggregate(0..<2, target: 2)[0]
            let open = try await user.aggregate(2..<3, target: 2)[0]
            _ = try await user.hear(own: peer(1, 0), of: peer(7, 1), now: StoreUser.now)
            try await user.upload(3..<5, time: 30)
            try await user.fill(to: 2, now: StoreUser.now + 1)
            let new = try await user.lease(now: StoreUser.now + 1)
            try require(try ![full, open].contains(new.batch), "reports go into a new batch")
            try requireEqual(new.reports.count, 2, "its reports")
            try await user.finish(new)
            let work = try await user.startCollection(1, .leaderSelected)
            try requireEqual(try await user.take(work), new.batch, "the batch that is given out")
            try await user.finish(work)
            let next = try await user.startCollection(2, .leaderSelected)
            try requireEqual(
                try await store.closeBatch(next.lease, choice: StoreSamples.anyChoice), .noBatch, "the next one")
            try require(
                try await store.releaseStore.liftReleaseBlock(through: end(StoreUser.now)), "lifted")
            try requireEqual(try await user.take(next), full, "the batch that is given out then")
        },
    ]

    /// Where a block ends that was noticed at the given second.
    private static func end(_ second: UInt64) -> UInt64 {
        ReleaseBlock(restoredAt: second, reason: "", isProven: false).through
    }

    /// A tally of some other store.
    private static func peer(_ store: Int, _ releases: UInt64) -> ReleaseTally {
        let bytes = [UInt8](repeating: 0x5a, count: 8) + StoreSamples.littleEndian(UInt64(store))
        guard let identity = try? StoreIdentity(bytes) else { preconditionFailure("an identity of 16 bytes") }
        return ReleaseTally(identity: identity, releases: releases)
    }

    /// The number of some other store.
    private static func number(of tally: ReleaseTally) -> UInt64 { StoreSamples.value(tally.identity.bytes.suffix(8)) }
}

extension StoreUser {
    func notice(_ role: AggregatorRole = .leader) async throws -> ReleaseNotice {
        try await store.releaseStore.releaseNotice(task: task, role: role)
    }

    func tally(_ role: AggregatorRole) async throws -> ReleaseTally { try await notice(role).own }

    /// Hears the other aggregator's tally, and what it knows of this store.
    func hear(
        own: ReleaseTally, of known: ReleaseTally? = nil, now: UInt64 = now
    ) async throws -> ReleaseHearing {
        try await store.releaseStore.hearReleases(
            ReleaseNotice(own: own, peers: known.map { [$0] } ?? []), task: task, role: .leader, now: now)
    }
}
