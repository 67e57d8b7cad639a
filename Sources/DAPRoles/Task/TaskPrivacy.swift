import DAPMessages
public import DifferentialPrivacy
public import VDAF

/// What a metric's catalog promises about the releases of its task: the noise, and the account that pays for it.
public struct TaskPrivacy: Sendable {
    /// The account: the metric's name, the same for all of its versions.
    public let metric: String
    /// The promise.
    public let policy: PrivacyPolicy
    /// The noise that follows from the promise and the task's circuit.
    public let noise: NoiseMechanism

    /// - Throws: `TaskRefused` when the noise is too large to be drawn, `VDAFError` when the circuit's sums are too large for
    ///   any noise.
    public init(metric: String, policy: PrivacyPolicy, parameters: Prio3Parameters) throws {
        let distribution = NoiseDistribution(
            policy.mechanism, sensitivity: try Sensitivity(of: parameters),
            contributionLimit: policy.contributionLimit)
        guard distribution.isDrawable else {
            throw TaskRefused(reason: "the noise that the task promises is too large to be drawn")
        }
        self.metric = metric
        self.policy = policy
        noise = NoiseMechanism(distribution)
    }
}

extension AggregatorTask {
    /// The account that the task's releases are debited to; nil without a promise.
    var account: PrivacyAccount? {
        privacy.map {
            PrivacyAccount(metric: $0.metric, windowLength: configuration.timePrecision.seconds)
        }
    }

    /// What a release of a batch costs, if the account covers it; nil without a promise.
    ///
    /// - Throws: `DAPAbort` `privacyBudgetExceeded`.
    func debit(_ totals: BatchTotals, _ statement: PrivacyStatement) throws -> PrivacyDebit? {
        guard let privacy, let interval = totals.interval else { return nil }
        let precision = configuration.timePrecision.seconds
        let (start, overflow) = interval.start.value.multipliedReportingOverflow(by: precision)
        do throws(PrivacyRefusal) {
            return try PrivacyLedger(metric: privacy.metric, policy: privacy.policy).debit(
                task: id.bytes, start: overflow ? .max : start, windows: interval.duration.value,
                windowLength: precision, statement: statement)
        } catch {
            throw DAPAbort(
                .other(type: PrivacyBudgetProblem.type), PrivacyBudgetProblem.detail(error, by: role), task: id)
        }
    }

    /// The aggregate share that is given out: with noise, where noise is promised. Each call draws anew, so it belongs
    /// into the transaction that keeps the answer.
    ///
    /// - Throws: `VDAFError`.
    func released(_ totals: BatchTotals, using random: inout RandomSource) throws -> [UInt8] {
        guard let privacy else { return totals.aggregateShare }
        var noise = privacy.noise.draw(count: vdaf.parameters.aggregateLength, using: &random)
        defer { noise.erase() }
        return try vdaf.add(noise: noise, to: totals.aggregateShare)
    }
}

/// The problem document of a release that an account does not cover (RFC 9457). DAP has no error for it, so the type is
/// outside its namespace; the leader hands on the helper's.
public enum PrivacyBudgetProblem {
    /// The problem's `type`.
    public static let type = "urn:x-swift-prio:problem:privacyBudgetExceeded"

    /// What was asked, what is left and when it renews, in one sentence.
    static func detail(_ refusal: PrivacyRefusal, by role: AggregatorRole) -> String {
        let symbol = refusal.currency.symbol
        let asked = refusal.asked == .unlimited ? "more \(symbol) than can be counted" : "\(symbol) \(refusal.asked)"
        let limit = "\(symbol) \(refusal.limit)"
        let scope =
            switch refusal.scope {
            case .window: "the \(limit) of one window, which another version of the metric was released for"
            case .lifetime: "the metric's lifetime limit of \(limit)"
            case .catalog: "the limit of \(limit) for all metrics of the catalog"
            }
        return """
            the \(role == .leader ? "leader" : "helper") does not release this batch of \(refusal.metric): it would take \
            \(asked), and \(symbol) \(refusal.left) is left of \(scope); \(renewal(refusal))
            """
    }

    private static func renewal(_ refusal: PrivacyRefusal) -> String {
        if let second = refusal.renewsAt {
            return """
                windows from \(Timestamp.text(posixSeconds: second)) on have an allowance of their own, unless that version \
                was released for them too
                """
        }
        guard refusal.spent != nil else {
            return "there was Gaussian noise, which has no ε, so that this limit covers nothing any more"
        }
        return "that does not renew"
    }
}
