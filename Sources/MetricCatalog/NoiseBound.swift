package import DifferentialPrivacy
package import VDAF

/// Which noise a field can hold beside its sums. A noisy sum is known only modulo the field's modulus, so what lies
/// between the largest sum and the modulus must have room for both aggregators' noise, below zero and above the sum.
package enum NoiseBound {
    /// Whether sums of the largest batch and noise fit below the modulus: noise can take a sum down by twice its bound
    /// and up by as much, but for a probability below 2^-64.
    package static func holds(_ distribution: NoiseDistribution, in parameters: Prio3Parameters) -> Bool {
        // 2^32 times a number of 64 bits.
        let sum = UInt128(CatalogLimits.largestBatch) * UInt128(parameters.largestContribution)
        guard sum < parameters.modulus else { return false }
        return 4 * distribution.allButCertainBound < parameters.modulus - sum
    }

    /// What keeps a promise from being kept in a circuit's field, as a sentence; nil if nothing does.
    static func flaw(of policy: PrivacyPolicy, in parameters: Prio3Parameters) -> String? {
        guard let sensitivity = try? Sensitivity(of: parameters) else {
            return "the vector is too large for any noise: lower `max` or `length`"
        }
        let distribution = NoiseDistribution(
            policy.mechanism, sensitivity: sensitivity, contributionLimit: policy.contributionLimit)
        guard !holds(distribution, in: parameters) else { return nil }
        return """
            the noise could wrap around beside the sum of \(CatalogLimits.largestBatch) reports: lower `max` or \
            `contribution_limit`, or raise `\(policy.mechanism.currency == .epsilon ? "epsilon" : "rho")`
            """
    }
}
