import DAPMessages
import DAPRoles
import DifferentialPrivacy

extension StoreContract {
    /// What a release is told of its account.
    static let statementChecks = [
        StoreCheck("without an account the statement is empty") { store in
            let user = StoreUser(store)
            try await user.charge(1, user.debit(at: 10))
            try requireEqual(try await user.statement(10...10, nil), PrivacyStatement(), "the statement")
        },
        StoreCheck("a statement has what each metric has spent, and the metric's own debits there") { store in
            let user = StoreUser(store)
            let other = StoreUser(store, task: StoreSamples.otherTask)
            try await user.charge(1, user.debit(at: 10))
            try await user.charge(2, user.debit(at: 12))
            try await other.charge(1, other.debit(at: 11, adding: .samples(10, 20)))
            try await user.charge(3, user.debit(at: 10, of: "views", adding: .samples(5, 6)))
            try requireEqual(
                try await user.statement(10...11),
                PrivacyStatement(
                    spent: ["clicks": .samples(12, 24), "views": .samples(5, 6)],
                    overlapping: [user.debit(at: 10), other.debit(at: 11, adding: .samples(10, 20))]), "the statement")
            try requireEqual(
                try await user.statement(10...11, PrivacyAccount(metric: "none", windowLength: 100)).overlapping, [],
                "the debits of no metric")
        },
        StoreCheck("debits overlap a batch when they have a second in common with it") { store in
            let user = StoreUser(store)
            try await user.charge(1, user.debit(at: 10, windows: 3))
            let counts: [(times: ClosedRange<UInt64>, length: UInt64, count: Int)] = [
                (9...9, 100, 0), (9...10, 100, 1), (12...12, 100, 1), (13...13, 100, 0), (0...99, 100, 1),
                (11...11, 100, 1), (999...999, 1, 0), (1000...1000, 1, 1), (1299...1299, 1, 1), (1300...1300, 1, 0),
                // Windows of other lengths, of another version of the metric.
                (3...3, 300, 1), (2...2, 300, 0), (2...2, 333, 0), (4...4, 325, 0), (3...3, 325, 1), (0...0, 1001, 1),
            ]
            for (times, length, count) in counts {
                let account = PrivacyAccount(metric: StoreUser.metric, windowLength: length)
                try requireEqual(
                    try await user.statement(times, account).overlapping.count, count, "debits at \(times) × \(length)")
            }
        },
        StoreCheck("a batch without reports overlaps nothing, and is told what was spent") { store in
            let user = StoreUser(store)
            try await user.charge(1, user.debit(at: 10))
            try requireEqual(
                try await user.statement(of: StoreSamples.interval(0, 100)),
                PrivacyStatement(spent: ["clicks": .samples(1, 2)]), "the statement")
        },
        StoreCheck("at the end of time nothing overflows, and what overlaps is found") { store in
            let user = StoreUser(store)
            // The last time of a report that every store takes, in windows of two seconds.
            let (last, end) = ((1 << 63) - 3 as UInt64, UInt64.max - 3)
            let debits = [(end - 2, 1), (end - 2, 3), (end - 3, 1), (end, 1), (.max, 1), (0, .max)].map {
                start, windows in
                PrivacyDebit(
                    metric: StoreUser.metric, task: user.task.bytes, start: start, windows: windows, windowLength: 2,
                    costPerWindow: .samples(1, 1), added: .samples(1, 1))
            }
            for (share, debit) in debits.enumerated() { try await user.charge(share, debit) }
            let account = { PrivacyAccount(metric: StoreUser.metric, windowLength: $0) }
            let statement = try await user.statement(last...last, account(2))
            try requireEqual(
                Set(statement.overlapping), Set([debits[0], debits[1], debits[2], debits[5]]), "the debits there")
            try requireEqual(try await user.statement(last...last, account(1)).overlapping, [debits[5]], "those before")
            _ = try await user.statement(0...last, account(.max))
            try requireEqual(try await user.statement(0...last, account(2)).overlapping.count, 4, "those until then")
            try requireEqual(
                Set(try await store.privacyDebits(metric: StoreUser.metric, limit: 9)), Set(debits), "all debits")
        },
        StoreCheck("a metric has no ε as soon as one of its debits has none, and keeps its ρ") { store in
            let user = StoreUser(store)
            try await user.charge(1, user.debit(at: 10))
            try await user.charge(2, user.debit(at: 10, of: "views"))
            try await user.charge(3, user.debit(at: 11, adding: .samples(nil, 40)))
            try await user.charge(4, user.debit(at: 12))
            try requireEqual(
                try await user.statement(10...10).spent, ["clicks": .samples(nil, 44), "views": .samples(1, 2)],
                "the spending")
            try await user.requireSpending(.samples(nil, 44), releases: 3, "the metric's spending")
            let without = PrivacyDebit(
                metric: StoreUser.metric, task: user.task.bytes, start: 5000, windows: 1, windowLength: 100,
                costPerWindow: .samples(nil, 7), added: .samples(nil, 0))
            try await user.charge(5, without)
            try requireEqual(try await user.statement(50...50).overlapping, [without], "a debit without ε")
        },
        StoreCheck("sums that are too large stay unlimited") { store in
            let user = StoreUser(store)
            let unlimited = PrivacyCost(epsilon: .unlimited, rho: .unlimited)
            for share in 1..<4 { try await user.charge(share, user.debit(at: 10, adding: unlimited)) }
            try await user.requireSpending(unlimited, releases: 3, "the spending")
            try requireEqual(try await user.statement(10...10).spent, ["clicks": unlimited], "the statement's")
            let work = try await user.close(1, StoreSamples.interval(20, 5))
            try await user.reserve(work, user.debit(at: 20, adding: unlimited))
            try requireEqual(try await user.statement(10...10).spent, ["clicks": unlimited], "with a reservation")
        },
    ]

    /// A ledger that reads the statement in the release's own transaction.
    static let coverageChecks = [
        StoreCheck("of racing releases of a helper no more are made than the account covers") { store in
            let user = StoreUser(store)
            for window in 0..<callers {
                _ = try await user.commit(
                    window, [StoreSamples.metadata(window, time: UInt64(10 + window))])
            }
            let released = try await concurrently { caller in
                let interval = StoreSamples.interval(UInt64(10 + caller), 1)
                return try await isCovered {
                    let outcome = try await user.release(caller, interval) { batch in
                        BatchRelease(response: [UInt8(caller)], debit: try covered(batch, user))
                    }
                    try requireEqual(outcome, .collected([UInt8(caller)]), "the release")
                }
            }
            try requireEqual(released.count { $0 }, 3, "how many were released")
            try await user.requireSpending(ledgerCost(3), releases: 3, "the spending")
        },
        StoreCheck("of racing reservations of a leader no more are made than the account covers") { store in
            let user = StoreUser(store)
            var works: [CollectionJobWork] = []
            for window in 0..<callers {
                try await user.aggregate(window..<window + 1, time: UInt64(10 + window))
                works.append(try await user.close(window, StoreSamples.interval(UInt64(10 + window), 1)))
            }
            let reserved = try await concurrently { [works] caller in
                try await isCovered {
                    let buckets = try await store.reserveRelease(works[caller].lease, account: StoreUser.account) {
                        try covered($0, user)
                    }
                    try requireEqual(buckets?.count, 1, "the buckets")
                }
            }
            try requireEqual(reserved.count { $0 }, 3, "how many were reserved")
            try await user.requireSpending(.zero, releases: 0, reserved: ledgerCost(3), "the spending")
            let finished = try await concurrently { [works] caller in
                try await isCovered {
                    _ = try await store.finishCollectionJob(works[caller].lease, account: StoreUser.account) {
                        BatchRelease(response: [1], debit: try covered($0, user))
                    }
                }
            }
            try requireEqual(finished.count { $0 }, 3, "how many were finished")
            try await user.requireSpending(ledgerCost(3), releases: 3, "the spending at the end")
        },
        StoreCheck("a refused release leaves everything as it was, and may be covered later") { store in
            let user = StoreUser(store)
            _ = try await user.commit(1, 1..<3)
            try await user.charge(1, user.debit(at: 50, adding: ledgerCost(3)))
            let interval = StoreSamples.interval(10, 1)
            let release = { (ledger: PrivacyLedger) in
                try await user.release(2, interval) { batch in
                    BatchRelease(
                        response: StoreSamples.answer(batch.buckets), debit: try covered(batch, user, by: ledger))
                }
            }
            try require(try await !isCovered { _ = try await release(ledger) }, "there is nothing left")
            try await user.requireSpending(ledgerCost(3), releases: 1, "the spending")
            try requireEqual(try await user.aggregateShare(2), nil, "the aggregate share")
            let raised = PrivacyLedger(metric: StoreUser.metric, policy: policy(lifetime: "4"))
            try requireEqual(
                try await release(raised), .collected(StoreSamples.littleEndian(3)), "the release under a higher limit")
        },
    ]

    /// ε 1 for each window, and 3 over a lifetime.
    private static let ledger = PrivacyLedger(metric: StoreUser.metric, policy: policy(lifetime: "3"))

    private static func policy(lifetime: String) -> PrivacyPolicy {
        PrivacyPolicy(
            mechanism: .laplace(epsilon: PrivacyAmount(decimal: "1") ?? .zero), deltaExponent: 9,
            lifetimeLimit: PrivacyAmount(decimal: lifetime) ?? .zero)
    }

    /// What so many windows cost: ε 1 and ρ ½ each.
    private static func ledgerCost(_ windows: UInt64) -> PrivacyCost {
        .samples(windows * PrivacyAmount.scale, windows * PrivacyAmount.scale / 2)
    }

    /// The debit of a batch of one window.
    private static func covered(
        _ batch: ReleasableBatch, _ user: StoreUser, by ledger: PrivacyLedger = ledger
    ) throws -> PrivacyDebit {
        let time = try requireValue(batch.buckets.first, "bucket").times.lowerBound
        return try ledger.debit(
            task: user.task.bytes, start: time.value * StoreUser.window, windows: 1, windowLength: StoreUser.window,
            statement: batch.statement)
    }

    private static func isCovered(_ release: () async throws -> Void) async throws -> Bool {
        do {
            try await release()
            return true
        } catch is PrivacyRefusal {
            return false
        }
    }
}
