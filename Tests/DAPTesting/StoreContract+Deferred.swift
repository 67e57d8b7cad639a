import DAPMessages
import DAPRoles

extension StoreContract {
    /// Requests that a helper answers later: keeping them, and who works on them.
    static let deferralChecks = [
        StoreCheck("a deferred request is pending, and leased once, however often it is repeated") { store in
            let user = StoreUser(store)
            for (number, request) in [user.jobRequest(1), user.shareRequest(1)].enumerated() {
                for _ in 0..<3 {
                    try requireEqual(try await store.deferRequest(request, now: 1000), .pending, "how far it has come")
                }
                let isAnswered = number == 0 ? try await user.aggregationJob(1) : try await user.aggregateShare(1)
                try requireEqual(isAnswered, .pending, "the resource")
                let work = try await user.leaseDeferred()
                try requireEqual(work.request, request, "the leased request")
                try requireEqual(work.lease.attempt, 1, "the attempt")
                try requireEqual(try await store.deferRequest(request, now: 1000), .pending, "how far it is meanwhile")
                try await user.requireNoDeferred(now: 1089, "there is one request")
            }
        },
        StoreCheck("requests of the same ID for other resources, or in other tasks, are other requests") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            _ = try await store.deferRequest(user.jobRequest(1), now: 1000)
            try requireEqual(try await user.aggregateShare(1), nil, "an aggregate share of that ID")
            try requireEqual(try await other.aggregationJob(1), nil, "another task's job of that ID")
            let requests = [user.jobRequest(1), user.shareRequest(1), other.jobRequest(1), other.shareRequest(1)]
            for request in requests[1...] {
                try requireEqual(try await store.deferRequest(request, now: 1000), .pending, "another request")
            }
            for request in requests {
                try requireEqual(try await user.leaseDeferred().request, request, "the leased request")
            }
            try await user.requireNoDeferred(now: 1000, "there are no more")
        },
        StoreCheck("the request that has been due longest is leased first, when it is due") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            _ = try await store.deferRequest(user.jobRequest(1), now: 900)
            _ = try await store.deferRequest(other.shareRequest(2), now: 800)
            _ = try await store.deferRequest(user.shareRequest(3), now: 1001)
            // Repeating a request does not put it off.
            _ = try await store.deferRequest(other.shareRequest(2), now: 950)
            try await user.requireNoDeferred(now: 799, "nothing is due before")
            try requireEqual(try await user.leaseDeferred().request, other.shareRequest(2), "the first")
            try requireEqual(try await user.leaseDeferred().request, user.jobRequest(1), "the second")
            try await user.requireNoDeferred(now: 1000, "the third is not due")
        },
        StoreCheck("a released request comes back when it is due, and a lost one when its lease ends") { store in
            let user = StoreUser(store)
            let first = try await user.startDeferred(user.jobRequest(1))
            try await store.releaseDeferredRequest(first, dueAt: 1020)
            try await user.requireNoDeferred(now: 1019, "it is not due before")
            let second = try await user.leaseDeferred(now: 1020, leaseEnd: 1100)
            try requireEqual(second.request, user.jobRequest(1), "the request")
            try requireEqual(second.lease.attempt, 2, "the second attempt")
            try require(second.lease.token != first.token, "a later lease has another token")
            try await user.requireNoDeferred(now: 1099, "the lease excludes others")
            let third = try await user.leaseDeferred(now: 1100, leaseEnd: 1200)
            try requireEqual(third.lease.attempt, 3, "the third attempt")
            try await store.releaseDeferredRequest(second.lease, dueAt: 1100)
            try await store.failDeferredRequest(second.lease, problem: StoreSamples.problem)
            try await user.requireNoDeferred(now: 1199, "a lost lease ends nothing")
            try requireEqual(try await user.aggregationJob(1), .pending, "a lost lease fails nothing")
        },
        StoreCheck("a failed request keeps its problem until it is repeated, and then starts anew") { store in
            let user = StoreUser(store)
            let lease = try await user.startDeferred(user.shareRequest(1))
            try await store.failDeferredRequest(lease, problem: StoreSamples.problem)
            try requireEqual(try await user.aggregateShare(1), .failed(StoreSamples.problem), "the aggregate share")
            try await user.requireNoDeferred("it is not to be answered")
            try requireEqual(try await store.deferRequest(user.shareRequest(1), now: 5000), .pending, "repeating it")
            try requireEqual(try await user.aggregateShare(1), .pending, "the aggregate share")
            try await user.requireNoDeferred(now: 4999, "it is due from then on")
            let anew = try await user.leaseDeferred(now: 5000, leaseEnd: 5090)
            try requireEqual(anew.request, user.shareRequest(1), "the request")
            try requireEqual(anew.lease.attempt, 1, "the attempt")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.batchID(1), lease: lease), .abandoned,
                "the answer under the old lease")
            try requireEqual(
                try await user.collectFromHelper(1, StoreSamples.batchID(1), lease: anew.lease),
                .collected(StoreSamples.littleEndian(0)), "the answer")
        },
        StoreCheck("a task has a limited number of unanswered requests") { store in
            let user = StoreUser(store)
            let limit = HelperLimits.deferredRequests
            for number in 0..<limit {
                let request = number.isMultiple(of: 2) ? user.jobRequest(number) : user.shareRequest(number)
                _ = try await store.deferRequest(request, now: 1000)
            }
            let beyond = user.jobRequest(limit)
            let another = { try await store.deferRequest(beyond, now: 1000) }
            try requireEqual(try await another(), nil, "one more")
            try requireEqual(try await user.aggregationJob(limit), nil, "its resource")
            try requireEqual(try await store.deferRequest(user.jobRequest(2), now: 1000), .pending, "one that is kept")
            let stranger = StoreUser(store, task: StoreSamples.otherTask)
            try requireEqual(
                try await store.deferRequest(stranger.jobRequest(limit), now: 1000), .pending, "another task's")
            let first = try await user.leaseDeferred()
            try requireEqual(first.request, user.jobRequest(0), "the request that is answered")
            try requireEqual(try await user.commit(0, 1..<2, lease: first.lease), .committed, "its answer")
            try requireEqual(try await another(), .pending, "one more when one is answered")
            try requireEqual(
                try await store.deferRequest(user.shareRequest(limit), now: 1000), nil, "one more than that")
            let second = try await user.leaseDeferred()
            try await store.failDeferredRequest(second.lease, problem: StoreSamples.problem)
            try requireEqual(
                try await store.deferRequest(user.shareRequest(limit), now: 1000), .pending, "when one has failed")
            try requireEqual(
                try await store.deferRequest(second.request, now: 1000), nil, "starting the failed one anew")
            try requireEqual(try await user.aggregateShare(1), .failed(StoreSamples.problem), "the failed one")
        },
    ]

    /// Answering deferred requests.
    static let deferredAnswerChecks = [
        StoreCheck("committing a job answers its request, which is done then") { store in
            let user = StoreUser(store)
            let lease = try await user.startDeferred(user.jobRequest(1))
            try requireEqual(try await user.commit(1, 1..<3, lease: lease), .committed, "the commit")
            try requireEqual(try await user.aggregationJob(1), .answered([1]), "the job")
            try requireEqual(
                try await store.deferRequest(user.jobRequest(1), now: 2000), .answered([1]), "repeating the request")
            try await user.requireNoDeferred("there is nothing left to answer")
            try requireEqual(try await user.commit(1, 1..<3, lease: lease), .existing([1]), "a second commit")
            try await store.failDeferredRequest(lease, problem: StoreSamples.problem)
            try requireEqual(try await user.aggregationJob(1), .answered([1]), "the job, which does not fail any more")
        },
        StoreCheck("collecting a batch answers its request, which is done then") { store in
            let user = StoreUser(store)
            let sum = StoreSamples.littleEndian(3)
            _ = try await user.commit(1, 1..<3)
            let lease = try await user.startDeferred(user.shareRequest(1))
            let collect = { try await user.collectFromHelper(1, StoreSamples.interval(10, 1), lease: lease) }
            try requireEqual(try await collect(), .collected(sum), "the collection")
            try requireEqual(try await user.aggregateShare(1), .answered(sum), "the aggregate share")
            try requireEqual(
                try await store.deferRequest(user.shareRequest(1), now: 2000), .answered(sum), "repeating the request")
            try await user.requireNoDeferred("there is nothing left to answer")
            try requireEqual(try await collect(), .existing(sum), "a second collection")
        },
        StoreCheck("who answers at once does a deferred request too, and its holder finds the answer") { store in
            let user = StoreUser(store)
            let jobLease = try await user.startDeferred(user.jobRequest(1))
            try requireEqual(try await user.commit(1, 1..<3), .committed, "the commit at once")
            try requireEqual(try await user.commit(1, 1..<3, lease: jobLease), .existing([1]), "the holder's commit")
            let shareLease = try await user.startDeferred(user.shareRequest(1))
            let (interval, sum) = (StoreSamples.interval(10, 1), StoreSamples.littleEndian(3))
            try requireEqual(try await user.collectFromHelper(1, interval), .collected(sum), "collecting at once")
            try requireEqual(
                try await user.collectFromHelper(1, interval, lease: shareLease), .existing(sum), "the holder's")
            try await user.requireNoDeferred("there is nothing left to answer")
        },
        StoreCheck("a request that was deleted meanwhile is not answered, nor one asked for anew by the old lease") {
            store in
            let user = StoreUser(store)
            let reports = [StoreSamples.metadata(1, time: 10)]
            let lease = try await user.startDeferred(user.jobRequest(1))
            try require(try await user.deleteAggregationJob(1), "it is deleted")
            try requireEqual(try await user.commit(1, reports, lease: lease), .abandoned, "the commit")
            try requireEqual(try await user.aggregationJob(1), nil, "the job")
            let anew = try await user.startDeferred(user.jobRequest(1))
            try requireEqual(try await user.commit(1, reports, lease: lease), .abandoned, "the commit by the old lease")
            try requireEqual(
                try await store.commitErrors(task: user.task, batchID: nil, reports: reports), [nil],
                "the errors: nothing changed")
            try requireEqual(try await user.commit(1, reports, lease: anew), .committed, "the commit by the new lease")

            let (interval, sum) = (StoreSamples.interval(10, 1), StoreSamples.littleEndian(1))
            let shareLease = try await user.startDeferred(user.shareRequest(1))
            try require(try await user.deleteAggregateShare(1), "the other is deleted")
            let collect = { (lease: JobLease) in try await user.collectFromHelper(1, interval, lease: lease) }
            try requireEqual(try await collect(shareLease), .abandoned, "the collection")
            try requireEqual(try await user.aggregateShare(1), nil, "the aggregate share")
            let shareAnew = try await user.startDeferred(user.shareRequest(1))
            try requireEqual(try await collect(shareLease), .abandoned, "the collection by the old lease")
            try requireEqual(try await collect(shareAnew), .collected(sum), "the collection by the new lease")
        },
        StoreCheck("who lost the lease answers nothing, and who holds it does") { store in
            let user = StoreUser(store)
            let job = try await user.startDeferred(user.jobRequest(1))
            let jobNext = try await user.leaseDeferred(now: 1090, leaseEnd: 1200).lease
            try requireEqual(try await user.commit(1, 1..<3, lease: job), .abandoned, "the commit by the old lease")
            try requireEqual(try await user.aggregationJob(1), .pending, "the job")
            try requireEqual(try await user.commit(1, 1..<3, lease: jobNext), .committed, "the commit by the new one")
            try requireEqual(try await user.commit(1, 1..<3, lease: job), .existing([1]), "the old lease after that")

            let batch = StoreSamples.batchID(1)
            let share = try await user.startDeferred(user.shareRequest(1))
            try await store.releaseDeferredRequest(share, dueAt: 1000)
            try requireEqual(
                try await user.collectFromHelper(1, batch, lease: share), .abandoned, "collecting after a release")
            try requireEqual(try await user.commit(2, 3..<4, batch: batch), .committed, "it is not collected")
            let shareNext = try await user.leaseDeferred(now: 1000, leaseEnd: 1090).lease
            try requireEqual(
                try await user.collectFromHelper(1, batch, lease: shareNext),
                .collected(StoreSamples.littleEndian(3)), "collecting by the new lease")
        },
        StoreCheck("a deferred request's lease that ended holds as long as nobody else took it") { store in
            let user = StoreUser(store)
            _ = try await store.deferRequest(user.jobRequest(1), now: 1000)
            let lease = try await user.leaseDeferred(now: 1000, leaseEnd: 1001).lease
            try requireEqual(try await user.commit(1, 1..<3, lease: lease), .committed, "the last holder's commit")
        },
        StoreCheck("an answer that cannot be given changes nothing, and the lease is kept") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, 1..<3)
            let job = try await user.startDeferred(user.jobRequest(2))
            try requireEqual(
                try await user.commit(2, 2..<4, lease: job), .conflicts([StoreSamples.reportID(2): .reportReplayed]),
                "a commit with a conflict")
            try requireEqual(try await user.aggregationJob(2), .pending, "the job")
            try requireEqual(try await user.commit(2, 3..<4, lease: job), .committed, "the commit without it")

            _ = try await user.collectFromHelper(1, StoreSamples.interval(10, 5))
            let share = try await user.startDeferred(user.shareRequest(2))
            try requireEqual(
                try await user.collectFromHelper(2, StoreSamples.interval(14, 5), lease: share), .overlap,
                "a collection that overlaps")
            try requireEqual(try await user.aggregateShare(2), .pending, "the aggregate share")
            try await store.failDeferredRequest(share, problem: StoreSamples.problem)
            try requireEqual(try await user.aggregateShare(2), .failed(StoreSamples.problem), "it, when it failed")
        },
    ]
}
