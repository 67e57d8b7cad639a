public import DAPRoles
public import DifferentialPrivacy

extension FaultyStore: PrivacyStore {
    /// See the port.
    public func privacySpending() async throws -> [String: PrivacySpending] {
        try await perform(.privacySpending) { try await $0.privacySpending() }
    }

    /// See the port.
    public func privacyDebits(metric: String, limit: Int) async throws -> [PrivacyDebit] {
        try await perform(.privacyDebits) { try await $0.privacyDebits(metric: metric, limit: limit) }
    }
}
