import DAPRoles
import DAPStoreSQLite
import DAPTesting
import Testing

@Suite struct StoreContractTests {
    @Test("The SQLite store keeps the contract", arguments: StoreContract.checks)
    func keepsContract(_ check: StoreCheck) async throws {
        let directory = try TemporaryDirectory()
        try await check.run { try directory.open() }
    }

    @Test("Three stores with the same file keep the contract together", arguments: StoreContract.checks)
    func keepsContractTogether(_ check: StoreCheck) async throws {
        let directory = try TemporaryDirectory()
        try await check.run { FaultyStore(inTurn: try (0..<3).map { _ in try directory.open() }) }
    }
}
