public import DAPRoles

/// The contract of the stores' ports, as behaviours that can be checked one by one. Every store passes all of them.
public enum StoreContract {
    /// All checks, in the order of the ports.
    public static let checks: [StoreCheck] =
        leaderChecks + leaderSelectedModeChecks + helperChecks + concurrencyChecks + batchConcurrencyChecks
        + faultChecks + releaseChecks + garbageChecks + privacyChecks + erasureChecks

    private static let leaderChecks =
        reportChecks + jobCreationChecks + refusalChecks + jobLeaseChecks + jobOutcomeChecks + restChecks
        + locationChecks + collectionJobChecks + batchClosingChecks + collectionOutcomeChecks + collectionDeletionChecks

    private static let leaderSelectedModeChecks =
        batchFillingChecks + batchOrderChecks + batchChoiceChecks + leaderSelectedChecks

    private static let helperChecks =
        helperAggregationChecks + helperCollectionChecks + helperBatchChecks + helperDeletionChecks + deferralChecks
        + deferredAnswerChecks
}

/// One behaviour that the contract demands.
public struct StoreCheck: Sendable, CustomStringConvertible {
    /// The behaviour, as a sentence.
    public let description: String
    private let body: @Sendable (any LeaderStore & HelperStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any LeaderStore & HelperStore) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Checks an empty store.
    ///
    /// - Throws: `ContractViolation`, and what the store throws.
    public func run(_ makeStore: () async throws -> any LeaderStore & HelperStore) async throws {
        try await body(makeStore())
    }
}

/// A store does not keep its contract.
public struct ContractViolation: Error, CustomStringConvertible {
    /// What is wrong, and where it was noticed.
    public let description: String
}

func require(
    _ condition: Bool, _ rule: String, fileID: StaticString = #fileID, line: UInt = #line
) throws {
    guard condition else { throw ContractViolation(description: "\(fileID):\(line): \(rule)") }
}

func requireEqual<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ what: String, fileID: StaticString = #fileID, line: UInt = #line
) throws {
    try require(actual == expected, "\(what) is \(actual), not \(expected)", fileID: fileID, line: line)
}

func requireValue<Value>(
    _ value: Value?, _ what: String, fileID: StaticString = #fileID, line: UInt = #line
) throws -> Value {
    guard let value else { throw ContractViolation(description: "\(fileID):\(line): there is no \(what)") }
    return value
}
