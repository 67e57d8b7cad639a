import DAPMessages
import DAPRoles

extension StoreContract {
    /// Which leader-selected batch a collection job gets.
    static let batchChoiceChecks = [
        StoreCheck("a leader-selected job gets no batch while there is none, and one when there is") { store in
            let user = StoreUser(store)
            let work = try await user.startCollection(1, .leaderSelected)
            let close = { try await store.closeBatch(work.lease, choice: StoreSamples.anyChoice) }
            try requireEqual(try await close(), .noBatch, "without reports")
            try await user.upload(0..<3, time: 10)
            try requireEqual(try await close(), .noBatch, "while reports wait")
            try requireEqual(try await user.state(1), .pending, "the job's state")
            try await user.fill(to: 10)
            let batch = try await user.lease().batch
            try requireEqual(try await close(), .closed(StoreSamples.batch(batch)), "with a batch")
        },
        StoreCheck("a full batch is chosen, be its reports aggregated or pending") { store in
            let user = StoreUser(store)
            let choice = BatchChoice(targetSize: 10, minimumSize: 10, openedBefore: 0)
            let batches = try await user.aggregate(0..<4, target: 10)
            let work = try await user.startCollection(1, .leaderSelected)
            _ = try await user.uploadAndLease(4..<9, target: 10)
            try requireEqual(try await store.closeBatch(work.lease, choice: choice), .noBatch, "when one is missing")
            _ = try await user.uploadAndLease(9..<10, target: 10)
            try requireEqual(
                try await store.closeBatch(work.lease, choice: choice), .closed(StoreSamples.batch(batches[0])),
                "when it is full")
        },
        StoreCheck("a batch that is not full is chosen when it is old enough and has the minimum") { store in
            let user = StoreUser(store)
            let work = try requireValue(try await user.uploadAndLease(0..<5, target: 10).first, "job")
            try await user.finish(work)
            // It is as old as it was when reports were added later.
            try await user.upload(5..<6, time: 10)
            try await user.fill(to: 10, now: 3000)
            let collection = try await user.startCollection(1, .leaderSelected)
            for (minimum, openedBefore) in [(6, 999), (7, 1000), (7, 5000), (1, 0)] as [(UInt64, UInt64)] {
                let choice = BatchChoice(targetSize: 10, minimumSize: minimum, openedBefore: openedBefore)
                try requireEqual(
                    try await store.closeBatch(collection.lease, choice: choice), .noBatch, "with \(choice)")
            }
            let choice = BatchChoice(targetSize: 10, minimumSize: 6, openedBefore: 1000)
            try requireEqual(try await user.take(collection, choice), try work.batch, "the batch")
        },
        StoreCheck("closing again gives the same batch, whatever the choice, for a later lease too") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<4, target: 2)
            let (work, batch) = try await user.closeAny(1)
            try requireEqual(try await user.take(work), batch, "the batch again")
            try requireEqual(try await user.take(work, StoreSamples.strictChoice), batch, "with a choice of none")
            try await user.release(work, dueAt: 1010)
            let later = try await user.leaseCollection(now: 1010)
            try requireEqual(later.query, .leaderSelected, "the later lease's query")
            try requireEqual(later.batch, StoreSamples.batch(batch), "the later lease's batch")
            try requireEqual(try await user.take(later), batch, "the later lease's batch again")
        },
        StoreCheck("a closed batch takes no more reports, and its task takes some still") { store in
            let user = StoreUser(store)
            let first = try await user.uploadAndLease(0..<5, target: 10)
            let (_, batch) = try await user.closeAny(1)
            try requireEqual([batch], first.map(\.batchID), "the closed batch")
            try requireEqual(try await user.upload(5..<7, time: 10), [.inserted, .inserted], "uploads")
            try await user.fill(to: 10)
            let work = try await user.lease()
            try require(work.batchID != batch, "they go into another batch")
            try requireEqual(try await user.progress(batch), BatchProgress(aggregated: 0, pending: 5), "its progress")
        },
        StoreCheck("a batch that the helper has collected takes no more reports and is given out next") { store in
            let user = StoreUser(store)
            let first = try await user.aggregate(0..<2, target: 4)
            let work = try await user.uploadAndLease(2..<3, target: 4)[0]
            try requireEqual(work.batchID, first[0], "the batch of the third report")
            try require(
                try await user.finish(work, rejected: [StoreSamples.reportID(2): .batchCollected]), "it can be finished"
            )
            let others = try await user.uploadAndLease(3..<4, target: 4)
            try require(try others[0].batch != first[0], "the fourth report goes elsewhere")
            try requireEqual(try await user.closeAny(1, StoreSamples.strictChoice).batch, first[0], "what is collected")
        },
        StoreCheck("two jobs never get the same batch") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(0..<4, target: 2)
            let closed = [try await user.closeAny(1).batch, try await user.closeAny(2).batch]
            try requireEqual(closed, batches, "the batches, oldest first")
            let third = try await user.startCollection(3, .leaderSelected)
            try requireEqual(
                try await store.closeBatch(third.lease, choice: StoreSamples.anyChoice), .noBatch, "the third job's")
        },
        StoreCheck("a batch comes after those that fewer jobs have failed with") { store in
            let user = StoreUser(store)
            let batches = try await user.aggregate(0..<6, target: 2)
            for (number, expected) in [0, 1, 2, 0, 1].enumerated() {
                let (work, batch) = try await user.closeAny(number)
                try requireEqual(batch, batches[expected], "the batch of job \(number)")
                try await user.fail(work)
            }
            // The first two have failed twice, the third once.
            var left: [BatchID] = []
            for number in 5..<8 { left.append(try await user.closeAny(number).batch) }
            try requireEqual(left, [batches[2], batches[0], batches[1]], "the batches of the last jobs")
        },
        StoreCheck("a batch is older when it was opened earlier, not when it was filled earlier") { store in
            let user = StoreUser(store)
            let works = try await user.uploadAndLease(0..<6, target: 3)
            try await user.finish(works[1])
            try await user.finish(works[0])
            try requireEqual(try await user.closeAny(1).batch, try works[0].batch, "the first job's batch")
        },
        StoreCheck("the batch of a job that failed is open again") { store in
            let user = StoreUser(store)
            let first = try await user.uploadAndLease(0..<3, target: 10)
            let (work, batch) = try await user.closeAny(1)
            try await user.fail(work)
            try requireEqual(
                try await user.uploadAndLease(3..<5, target: 10).map(\.batchID), [batch], "the batch of later reports")
            try requireEqual([batch], first.map(\.batchID), "the batch")
            try requireEqual(
                try await user.ask(1, .leaderSelected, now: 2000),
                .job(
                    StoreSamples.collectionJobID(1), .pending), "asking again")
            let anew = try await user.leaseCollection(now: 2000, leaseEnd: 2090)
            try requireEqual(anew.batch, nil, "the batch of the job that started anew")
            try requireEqual(try await user.take(anew), batch, "the batch that it takes")
        },
        StoreCheck("a batch that was let go is filled again, and goes to whoever comes first") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<8, target: 5)
            let (work, batch) = try await user.closeAny(1)
            try await store.reopenBatch(work.lease)
            let second = try await user.closeAny(2)
            try requireEqual(second.batch, batch, "the second job's batch: nobody has failed with it")
            try await store.reopenBatch(second.work.lease)
            try requireEqual(
                try await user.uploadAndLease(8..<11, target: 6).map(\.reports.count), [1, 2], "the jobs that fill up")
            try requireEqual(try await user.progress(batch), BatchProgress(aggregated: 5, pending: 1), "its progress")
            try require(
                try await !store.finishCollectionJob(work.lease, answer: StoreSamples.answer),
                "a job without a batch is not finished")
            try requireEqual(try await user.state(1), .pending, "the first job's state")
            try requireEqual(try await user.take(work), batch, "the first job's batch, under the same lease")
        },
        StoreCheck("a job that let its batch go is leased without it") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<2, target: 5)
            let (work, batch) = try await user.closeAny(1)
            try await store.reopenBatch(work.lease)
            try await user.release(work, dueAt: 1010)
            let later = try await user.leaseCollection(now: 1010)
            try requireEqual(later.batch, nil, "the later lease's batch")
            try requireEqual(try await user.take(later), batch, "the batch that it takes")
        },
        StoreCheck("who lost the lease neither takes a batch nor lets one go") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<2, target: 2)
            let lost = try await user.startCollection(1, .leaderSelected)
            let current = try await user.leaseCollection(now: 1090, leaseEnd: 1200)
            try requireEqual(
                try await store.closeBatch(lost.lease, choice: StoreSamples.anyChoice), .leaseLost, "closing")
            let batch = try await user.take(current)
            try await store.reopenBatch(lost.lease)
            let again = try await user.leaseCollection(now: 1200, leaseEnd: 1300)
            try requireEqual(again.batch, StoreSamples.batch(batch), "the batch that was not let go")
        },
        StoreCheck("a job does not get another task's batch") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            try await user.aggregate(0..<2, target: 2)
            let work = try await other.startCollection(1, .leaderSelected)
            try requireEqual(
                try await store.closeBatch(work.lease, choice: StoreSamples.anyChoice), .noBatch, "the other's batch")
            try await other.aggregate(0..<2, target: 2)
            try requireEqual(try await user.closeAny(2).batch, try await other.take(work), "the batches of the same ID")
        },
    ]
}
