import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import Testing

@Suite struct HpkeKeyringTests {
    private let keys = TestKeys(random: .seeded(5))

    @Test("The list that clients fetch has the keys in the given order")
    func order() throws {
        let ring = try HpkeKeyring(keys.leader.reversed(), role: .leader)
        #expect(ring.configList.configs.map(\.id) == [12, 11])
    }

    @Test("No keys, two of one ID, a key of another configuration, an unsupported suite")
    func refused() throws {
        #expect(throws: (any Error).self) { try HpkeKeyring([], role: .leader) }
        #expect(throws: (any Error).self) { try HpkeKeyring([keys.leader[0], keys.leader[0]], role: .leader) }
        #expect(throws: HPKEError.self) {
            try HpkeKeyring([(keys.leader[0].config, keys.leader[1].keyPair)], role: .leader)
        }
        let config = keys.leader[0].config
        let strange = HpkeConfig(
            id: 1, kemID: config.kemID, kdfID: config.kdfID, aeadID: 0x77, publicKey: config.publicKey)
        #expect(throws: HPKEError.self) { try HpkeKeyring([(strange, keys.leader[0].keyPair)], role: .leader) }
    }
}
