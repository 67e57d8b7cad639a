import DAPMessages
import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Foundation
import Testing

/// Leader and helper over SQLite files, of which one or both are set back.
@Suite struct RestoredAggregatorTests {
    @Test(
        "One that is set back together with its file hears it from the other at the next exchange",
        arguments: RestoreRig.Side.allCases)
    func hearsFromPeer(side: RestoreRig.Side) async throws {
        let rig = try await RestoreRig()
        try await rig.upload([1, 1])
        try await rig.nextWindow()
        let copies = try await rig.copy(side, withFile: true)
        let window = rig.deployment.window()
        try await rig.upload([1, 1, 0])
        try await rig.nextWindow()
        #expect(try await rig.outcome(window) == "integer(2)")
        try await rig.upload([1])
        try await rig.restart { try rig.putBack(side, copies) }
        #expect(try await rig.store(side).releaseBlock() == nil, "nothing tells it yet")
        let restart = rig.deployment.clock.now()
        rig.deployment.clock.advance(seconds: 100)
        try await rig.upload([1, 0])
        let block = try #require(try await rig.store(side).releaseBlock())
        #expect(!block.isProven)
        #expect(block.restoredAt == restart, "what was lost was before it was opened")
        let other = side == .leader ? RestoreRig.Side.helper : .leader
        #expect(try await rig.store(other).releaseBlock() == nil)

        // The batch of before is refused whatever its bounds, and after another restart.
        for _ in 0..<2 {
            let longer = Interval(start: Time(window.start.value - 1), duration: Duration(2))
            #expect(try await rig.outcome(longer) == "batchOverlap")
            try await rig.restart()
            #expect(try await rig.store(side).releaseBlock() == block)
        }
        // What is new is collected as ever.
        try await rig.nextWindow()
        let new = rig.deployment.window()
        try await rig.upload([1, 1, 1])
        #expect(try await rig.outcome(new) == "integer(3)")
        #expect(try await rig.store(side).releaseBlock() == block)
    }

    @Test("A leader that hears of it only along with the helper's share releases nothing")
    func hearsAtTheLastMoment() async throws {
        let rig = try await RestoreRig()
        let (first, other) = (rig.deployment.window(), rig.deployment.window(1))
        try await rig.upload([1, 1])
        try await rig.nextWindow()
        try await rig.upload([1, 0])
        let copies = try await rig.copy(.leader, withFile: true)
        #expect(try await rig.outcome(other) == "integer(1)")
        try await rig.restart { try rig.putBack(.leader, copies) }
        #expect(try await rig.outcome(first) == "batchOverlap")
        #expect(try await rig.store(.leader).releaseBlock() != nil)
        #expect(try await rig.store(.leader).releases() == 0)
        #expect(try await rig.store(.helper).releases() == 2, "the helper had no reason to refuse")
    }

    @Test("After a restore of both, no batch is released a second time in another composition")
    func refusesDifferencing() async throws {
        for isLifted in [true, false] {
            let rig = try await RestoreRig()
            let first = rig.deployment.window()
            try await rig.upload([1, 0])
            try await rig.nextWindow()
            try await rig.upload([1, 1, 1])
            let backups = try RestoreRig.Side.allCases.map { side in
                try rig.store(side).backUp(to: rig.path(side) + ".backup", now: rig.deployment.clock.now())
                return (side, rig.path(side) + ".backup")
            }
            let both = Interval(start: first.start, duration: Duration(2))
            #expect(try await rig.outcome(both) == "integer(4)")
            #expect(try await rig.outcome(first) == "batchOverlap")
            try await rig.restart {
                for (side, backup) in backups {
                    let copy = try Data(contentsOf: URL(filePath: backup))
                    // As if the whole disk had been lost, or all of it set back.
                    try? FileManager.default.removeItem(atPath: rig.path(side) + ".releases")
                    try rig.putBack(side, [("", copy)])
                }
            }
            if isLifted {
                // Without the block the difference of the two releases would be the second window.
                for side in RestoreRig.Side.allCases {
                    let block = try #require(try await rig.store(side).releaseBlock())
                    #expect(try await rig.store(side).liftReleaseBlock(through: block.through))
                }
                try await rig.restart()
                #expect(try await rig.outcome(first) == "integer(1)")
            } else {
                #expect(try await rig.outcome(first) == "batchOverlap")
                #expect(try await rig.outcome(both) == "batchOverlap")
                #expect(try await rig.outcome(Interval(start: first.start, duration: Duration(9))) == "batchOverlap")
            }
        }
    }

    @Test("Answers that the backup had are given out again")
    func repeatsAnswers() async throws {
        let rig = try await RestoreRig()
        let window = rig.deployment.window()
        try await rig.upload([1, 0, 1])
        let result = try await rig.collect(window)
        for side in RestoreRig.Side.allCases {
            let copies = try await rig.copy(side, withFile: false)
            try await rig.restart {
                try rig.putBack(side, copies)
                try FileManager.default.removeItem(atPath: rig.path(side) + ".releases")
            }
            #expect(try await rig.store(side).releaseBlock() != nil)
        }
        #expect(try await rig.collect(window) == result)
    }

    @Test("A share that the helper had still to answer when it was copied is refused")
    func refusesDeferredShares() async throws {
        var settings = TestDeployment.Settings(seed: 1, minBatchSize: 2)
        settings.helperAnswering = .later
        let rig = try await RestoreRig(settings)
        let window = rig.deployment.window()
        try await rig.upload([1, 0, 1])
        try await rig.settle()
        // The leader asks, and the helper has not answered when it is stopped.
        let parties = rig.parties
        rig.deployment.clock.whileSleeping { while try await parties.driver.stepCollectionJob() {} }
        await #expect(throws: CollectionFailure.self) {
            let query = Query.timeInterval(TimeIntervalQueryConfig(batchInterval: window))
            _ = try await rig.deployment.collector().collect(query, patience: 5)
        }
        rig.deployment.clock.whileSleeping(nil)
        let copies = try await rig.copy(.helper, withFile: false)
        #expect(try await rig.outcome(window) == "integer(2)")
        try await rig.restart { try rig.putBack(.helper, copies) }
        #expect(try await rig.store(.helper).releaseBlock()?.isProven == true)
        try await rig.settle()
        let work = try await rig.store(.helper).leaseDeferredRequest(now: .max / 4, leaseEnd: .max / 4)
        #expect(work == nil, "it has been dealt with")
        #expect(try await rig.store(.helper).releases() == 1, "and released nothing")
    }

    @Test("Reports that waited in a leader's backup are counted in no leader-selected batch")
    func dropsWaitingReports() async throws {
        var settings = TestDeployment.Settings(seed: 1, minBatchSize: 2)
        settings.batchMode = .leaderSelected
        settings.pace.batchTargetSize = 3
        let rig = try await RestoreRig(settings)
        // One is in a batch that has room, and one waits.
        try await rig.upload([1])
        let timed = TimedMeasurement(.integer(1), posixSeconds: rig.deployment.clock.now())
        _ = try await rig.deployment.uploader().upload([timed])
        let copies = try await rig.copy(.leader, withFile: false)
        try await rig.upload([1])
        let released = try await rig.collect(.leaderSelected)
        #expect(released.reportCount == 3)
        try await rig.restart { try rig.putBack(.leader, copies) }
        #expect(try await rig.store(.leader).releaseBlock()?.isProven == true)
        try await rig.settle()
        try await rig.nextWindow()
        try await rig.upload([0, 0, 0])
        let next = try await rig.collect(.leaderSelected)
        #expect(next.reportCount == 3)
        #expect(next.result == .integer(0))
        #expect(next.interval.start > released.interval.start)
    }

    @Test("A helper that claims too much stops releases of the past, and nothing else")
    func survivesLies() async throws {
        let rig = try await RestoreRig()
        let window = rig.deployment.window()
        try await rig.upload([1, 1])
        let own = try await rig.store(.leader).releaseNotice(task: rig.deployment.task.id, role: .leader).own
        let lie = ReleaseNotice(
            own: own, peers: [ReleaseTally(identity: own.identity, releases: ReleaseTally.limit - 1)])
        for _ in 0..<3 {
            _ = try await rig.store(.leader).hearReleases(
                lie, task: rig.deployment.task.id, role: .leader, now: rig.deployment.clock.now())
        }
        #expect(try await rig.outcome(window) == "batchOverlap")
        try await rig.nextWindow()
        let next = rig.deployment.window()
        try await rig.upload([1, 1])
        #expect(try await rig.outcome(next) == "integer(2)")
        let block = try #require(try await rig.store(.leader).releaseBlock())
        #expect(try await rig.store(.leader).liftReleaseBlock(through: block.through))
    }
}
