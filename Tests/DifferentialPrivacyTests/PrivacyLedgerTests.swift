import DifferentialPrivacy
import Testing

@Suite struct PrivacyLedgerTests {
    private static let day: UInt64 = 86_400

    private static func amount(_ text: String) -> PrivacyAmount { PrivacyAmount(decimal: text) ?? .unlimited }

    private static func laplace(
        _ epsilon: String = "1", lifetime: String = "100", catalog: CatalogPrivacyLimit? = nil
    ) -> PrivacyPolicy {
        PrivacyPolicy(
            mechanism: .laplace(epsilon: amount(epsilon)), deltaExponent: 9, lifetimeLimit: amount(lifetime),
            catalogLimit: catalog)
    }

    private static func gaussian(_ rho: String = "0.5", lifetime: String = "100") -> PrivacyPolicy {
        PrivacyPolicy(
            mechanism: .gaussian(rho: amount(rho)), deltaExponent: 9, lifetimeLimit: amount(lifetime))
    }

    /// An account that releases and remembers, as a store does.
    private struct Account {
        var debits: [PrivacyDebit] = []
        var reserved: [PrivacyDebit] = []

        func statement(of metric: String) -> PrivacyStatement {
            PrivacyStatement(
                spent: (debits + reserved).reduce(into: [:]) {
                    $0[$1.metric, default: .zero] = $0[$1.metric, default: .zero] + $1.added
                },
                overlapping: debits.filter { $0.metric == metric },
                reserved: reserved.filter { $0.metric == metric })
        }

        func debit(
            _ policy: PrivacyPolicy, metric: String = "visits", task: UInt8 = 1, days: Range<UInt64>
        ) throws -> PrivacyDebit {
            try PrivacyLedger(metric: metric, policy: policy).debit(
                task: [task], start: days.lowerBound * day, windows: UInt64(days.count), windowLength: day,
                statement: statement(of: metric))
        }

        mutating func release(
            _ policy: PrivacyPolicy, metric: String = "visits", task: UInt8 = 1, days: Range<UInt64>
        ) throws {
            debits.append(try debit(policy, metric: metric, task: task, days: days))
        }

        func spent(_ metric: String = "visits") -> PrivacyCost { statement(of: metric).spent[metric] ?? .zero }
    }

    private func refusal(_ body: () throws -> Void) throws -> PrivacyRefusal {
        do {
            try body()
        } catch let refusal as PrivacyRefusal {
            return refusal
        }
        Issue.record("it was not refused")
        throw CancellationError()
    }

    @Test("Window after window, ε and ρ add up until the lifetime limit is reached exactly")
    func lifetime() throws {
        let policy = Self.laplace("0.1", lifetime: "0.3")
        var account = Account()
        for day in 0..<3 as Range<UInt64> { try account.release(policy, days: day..<(day + 1)) }
        #expect(account.spent() == PrivacyCost(epsilon: Self.amount("0.3"), rho: Self.amount("0.015")))
        let refusal = try refusal { try account.release(policy, days: 3..<4) }
        #expect(refusal.scope == .lifetime && refusal.currency == .epsilon && refusal.renewsAt == nil)
        #expect(refusal.asked == Self.amount("0.1") && refusal.left == .zero && refusal.limit == Self.amount("0.3"))
    }

    @Test("A batch of W windows costs ε W times, and ρ W² times")
    func mergedWindows() throws {
        var account = Account()
        try account.release(Self.laplace("1"), days: 0..<7)
        #expect(account.spent() == PrivacyCost(epsilon: Self.amount("7"), rho: Self.amount("24.5")))
        var other = Account()
        try other.release(Self.gaussian("0.5"), days: 0..<7)
        #expect(other.spent() == PrivacyCost(epsilon: nil, rho: Self.amount("24.5")))
    }

    @Test("A window in several batches of a task is debited with the dearest of them")
    func sharedWindows() throws {
        var account = Account()
        try account.release(Self.gaussian("1"), days: 10..<13)
        try account.release(Self.gaussian("1"), days: 12..<14)
        #expect(account.spent().rho == Self.amount("11"))
        // Day 12 cost 3 before, 13 cost 2; five windows cost 5 each.
        try account.release(Self.gaussian("1"), days: 12..<17)
        #expect(account.spent().rho == Self.amount("31"))
        try account.release(Self.gaussian("1"), days: 14..<15)
        #expect(account.spent().rho == Self.amount("31"))
    }

    @Test(
        "Whatever is released in whatever order, the account is the sum of each window's dearest batch",
        arguments: 0..<20 as Range<UInt64>)
    func bruteForce(seed: UInt64) throws {
        var random = SplitMix(seed)
        for policy in [Self.laplace("0.7", lifetime: "1000000"), Self.gaussian("0.3", lifetime: "1000000")] {
            var account = Account()
            var dearest: [UInt64: UInt64] = [:]
            for _ in 0..<12 {
                let start = UInt64.random(in: 100..<120, using: &random)
                let count = UInt64.random(in: 1...8, using: &random)
                try account.release(policy, days: start..<(start + count))
                for day in start..<(start + count) { dearest[day] = max(dearest[day] ?? 0, count) }
            }
            let one = policy.mechanism.costPerWindow
            let rho = dearest.values.reduce(PrivacyAmount.zero) { $0 + one.rho.times($1) }
            let epsilon = one.epsilon?.times(UInt64(dearest.count))
            #expect(account.spent() == PrivacyCost(epsilon: epsilon, rho: rho), "seed \(seed)")
        }
    }

    @Test("Another version has to wait for a window of its own, and is told since when there are any")
    func versions() throws {
        let policy = Self.laplace("1")
        var account = Account()
        try account.release(policy, task: 1, days: 0..<3)
        let refusal = try refusal { try account.release(policy, task: 2, days: 2..<4) }
        #expect(refusal.scope == .window && refusal.left == .zero && refusal.renewsAt == 3 * Self.day)
        try account.release(policy, task: 2, days: 3..<4)
        #expect(account.spent().epsilon == Self.amount("4"))
    }

    @Test("What is reserved counts as spent, and lowers nobody's price")
    func reservations() throws {
        let policy = Self.laplace("1", lifetime: "3")
        var account = Account()
        account.reserved = [try account.debit(policy, days: 0..<2)]
        #expect(try refusal { try account.release(policy, days: 4..<6) }.left == Self.amount("1"))
        // Were its windows taken for paid, they would be free if the reservation came to nothing.
        #expect(try refusal { try account.release(policy, days: 0..<2) }.asked == Self.amount("2"))
        #expect(try refusal { try account.release(policy, task: 2, days: 1..<2) }.scope == .window)
        account.reserved = []
        try account.release(policy, days: 4..<6)
    }

    @Test("The catalog's limit is over all metrics, also those that it no longer names")
    func catalog() throws {
        let policy = Self.laplace("1", catalog: .epsilon(Self.amount("3")))
        var account = Account()
        try account.release(policy, metric: "visits", days: 0..<1)
        try account.release(policy, metric: "sleep", days: 0..<1)
        try account.release(policy, metric: "visits", days: 1..<2)
        let refusal = try refusal { try account.release(policy, metric: "sleep", days: 1..<2) }
        #expect(refusal.scope == .catalog && refusal.metric == "sleep" && refusal.left == .zero)
    }

    @Test("A limit in ρ covers both kinds of noise; one in ε covers nothing once there was Gaussian noise")
    func mixture() throws {
        let rho = CatalogPrivacyLimit.rho(Self.amount("1"))
        var account = Account()
        try account.release(Self.laplace("1", catalog: rho), metric: "visits", days: 0..<1)
        try account.release(Self.gaussian("0.4"), metric: "sleep", days: 0..<1)
        #expect(
            try refusal { try account.release(Self.laplace("1", catalog: rho), days: 1..<2) }.left == Self.amount("0.1")
        )
        let epsilon = Self.laplace("0.001", catalog: .epsilon(Self.amount("1000")))
        let beyond = try refusal { try account.release(epsilon, days: 1..<2) }
        #expect(beyond.scope == .catalog && beyond.spent == nil)
        #expect(try refusal { try account.release(Self.laplace(), metric: "sleep", days: 1..<2) }.scope == .lifetime)
    }

    @Test("A batch as long as time itself is refused and traps nothing")
    func endless() throws {
        let ledger = PrivacyLedger(metric: "visits", policy: Self.gaussian())
        for (start, windows, length) in [(0, .max, 1), (.max, .max, .max), (.max, 1, 1), (0, 1 << 40, 1 << 40)]
            as [(UInt64, UInt64, UInt64)]
        {
            let refusal = try refusal {
                _ = try ledger.debit(
                    task: [1], start: start, windows: windows, windowLength: length, statement: PrivacyStatement())
            }
            #expect(refusal.scope == .lifetime && refusal.asked == .unlimited)
        }
    }
}

/// SplitMix64.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
