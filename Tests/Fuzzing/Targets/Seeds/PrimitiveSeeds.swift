import DAPMessages
import DAPRoles
import HPKE
import VDAF

extension FuzzWorld {
    func hpkeConfigListSeeds() throws -> [FuzzSeed] {
        let post = HpkeConfig(id: 1, kemID: 0x647a, kdfID: 1, aeadID: 3, publicKey: [UInt8](repeating: 1, count: 99))
        let lowOrder = HpkeConfig(id: 2, kemID: 0x20, kdfID: 1, aeadID: 3, publicKey: [UInt8](repeating: 0, count: 32))
        let leader = try leaderKeyring.configList.encoded()
        let helper = try helperKeyring.configList.encoded()
        let mixed = try HpkeConfigList([post] + leaderKeyring.configList.configs).encoded()
        return [
            FuzzSeed("leader", [0, 0] + leader),
            FuzzSeed("helper", [6, 1] + helper),
            FuzzSeed("unsupported-first", [3, 0] + mixed),
            FuzzSeed("unknown-keys", [1, 2] + helper, .refused),
            FuzzSeed("unsupported", [2, 1] + (try HpkeConfigList([post]).encoded()), .refused),
            FuzzSeed("low-order", [4, 0] + (try HpkeConfigList([lowOrder]).encoded()), .refused),
        ]
    }

    func vdafSharesSeeds() throws -> [FuzzSeed] {
        var seeds: [FuzzSeed] = []
        for (index, vdaf) in vdafs.enumerated() {
            let leader = vdaf.leaderNeighbors[1]
            let helper = vdaf.helperNeighbors[1]
            let shares = leader.publicShare.piece + leader.inputShare.piece + helper.inputShare.piece
            let messages = helper.inbound.piece + vdaf.helperMessages[1].piece
            let kind = Self.kinds[index]
            seeds.append(FuzzSeed("\(kind)-shares", [UInt8(index), 1 | 1 << 6] + leader.nonce.piece + shares))
            seeds.append(FuzzSeed("\(kind)-messages", [UInt8(index), 1 | 8 | 16 | 1 << 5, 0, 0] + shares + messages))
            let continued = PingPongMessage.continue(verifierMessage: [1], verifierShare: [2]).encoded.piece
            seeds.append(
                FuzzSeed("\(kind)-round", [UInt8(index), 1 | 8 | 16, 0, 0] + shares + continued + continued, .refused))
        }
        return seeds
    }

    func hpkeCiphertextSeeds() throws -> [FuzzSeed] {
        var random = RandomSource.seeded(Self.seed)
        var seeds: [FuzzSeed] = []
        for (index, name) in ["chacha", "aes"].enumerated() {
            let config = keys.leader[index].config
            let sender = try HPKESender(
                publicKey: config.publicKey, ciphersuite: config.ciphersuite, info: Self.sealedInfo)
            let sealed = try sender.seal(Self.sealedPlaintext, authenticating: Self.sealedAad, using: &random)
            let envelope = HpkeCiphertext(
                configID: config.id, encapsulatedKey: sealed.encapsulatedKey, payload: sealed.ciphertext)
            let privateKey = random.bytes(32)
            seeds.append(FuzzSeed("\(name)-to-open", [UInt8(index)] + (try envelope.encoded())))
            seeds.append(
                FuzzSeed("\(name)-to-seal", [UInt8(index) | 2] + privateKey.piece + Self.sealedAad.piece + [1, 2, 3]))
        }
        return seeds + [FuzzSeed("short-key", [2] + [UInt8](repeating: 1, count: 31).piece, .refused)]
    }
}
