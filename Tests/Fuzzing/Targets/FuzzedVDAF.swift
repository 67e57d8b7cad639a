import DAPRoles
import HPKE
import VDAF

/// A Prio3 on every level of instructions that this machine has, with honest reports as neighbours for those that are not.
struct FuzzedVDAF: Sendable {
    /// Reports that are verified side by side.
    static let groupSize = 8
    static let verifyKey = [UInt8](repeating: 0x42, count: Prio3.verifyKeySize)
    static let context = Array("fuzzing".utf8)

    /// The plain one first.
    let levels: [Prio3]
    /// Input shares of honest reports; the leader's messages are those that the first step gives.
    let leaderNeighbors: [VerificationInput]
    let helperNeighbors: [VerificationInput]
    /// The helper's answers to them.
    let helperMessages: [[UInt8]]

    init(_ parameters: Prio3Parameters, random: RandomSource) throws {
        var random = random
        levels = try KernelLevel.available.map { try Prio3(parameters, level: $0) }
        let prio3 = levels[0]
        var leader: [VerificationInput] = []
        var helper: [VerificationInput] = []
        for index in 0..<Self.groupSize {
            let measurement = parameters.examples[index % parameters.examples.count]
            let nonce = random.bytes(Prio3.nonceSize)
            let shares = try prio3.shard(
                measurement, context: Self.context, nonce: nonce, random: random.bytes(prio3.randomSize))
            leader.append(
                VerificationInput(
                    nonce: nonce, publicShare: shares.publicShare, inputShare: shares.inputShares[0], bucket: 1))
            helper.append(
                VerificationInput(
                    nonce: nonce, publicShare: shares.publicShare, inputShare: shares.inputShares[1], bucket: 1))
        }
        let messages = try prio3.leaderInitialize(leader, verifyKey: Self.verifyKey, context: Self.context)
            .map { try $0.get().outbound }
        helper = zip(helper, messages).map { input, message in
            VerificationInput(
                nonce: input.nonce, publicShare: input.publicShare, inputShare: input.inputShare, inbound: message,
                bucket: 1)
        }
        leaderNeighbors = leader
        helperNeighbors = helper
        helperMessages = try prio3.helperInitialize(helper, verifyKey: Self.verifyKey, context: Self.context).outcomes
            .map { try $0.get() }
    }

    /// What a step gives for a report alone, which has to be the same among honest neighbours on any level: eight reports are
    /// verified side by side where the level has instructions for it.
    func outcome<Success>(
        of report: VerificationInput, at position: Int, among neighbors: [VerificationInput], on level: Prio3,
        _ step: (Prio3, [VerificationInput]) -> [Result<Success, VDAFError>], isSame: (Success, Success) -> Bool
    ) throws -> Result<Success, VDAFError> {
        let alone = step(levels[0], [report])[0]
        var group = neighbors
        group[position] = report
        let outcomes = step(level, group)
        let isSame =
            switch (outcomes[position], alone) {
            case (.success(let one), .success(let other)): isSame(one, other)
            case (.failure(let one), .failure(let other)): one == other
            default: false
            }
        try expect(isSame, "a report is verified among others as it is alone")
        for (index, outcome) in outcomes.enumerated() where index != position {
            if case .failure = outcome { throw LawBroken("no report disturbs its neighbours") }
        }
        return alone
    }
}
