import VDAF

extension FuzzWorld {
    /// ```
    /// vdaf             1 byte
    /// kind             1 byte: 0-2 position among others, 3 the leader's message and 4 the helper's are given;
    ///                  5-6 level of instructions
    /// nonce            a piece; that of the position's honest report when it is empty
    /// public_share     a piece
    /// leader_share     a piece
    /// helper_share     a piece
    /// leader_message   a piece, if it is given
    /// helper_message   a piece, if it is given
    /// ```
    func vdafShares(_ input: FuzzInput) throws -> FuzzVerdict {
        var input = input
        let vdaf = vdafs[input.choice(of: vdafs.count)]
        let kind = input.byte()
        let position = Int(kind & 7)
        let givenNonce = input.piece()
        let nonce = givenNonce.isEmpty ? vdaf.leaderNeighbors[position].nonce : givenNonce
        let publicShare = input.piece()
        let leaderShare = input.piece()
        let helperShare = input.piece()
        let prio3 = vdaf.levels[0]
        let level = vdaf.levels[Int(kind >> 5 & 3) % vdaf.levels.count]

        let report = VerificationInput(nonce: nonce, publicShare: publicShare, inputShare: leaderShare, bucket: 1)
        let first = try vdaf.outcome(of: report, at: position, among: vdaf.leaderNeighbors, on: level) {
            prio3, reports in
            prio3.leaderInitialize(reports, verifyKey: FuzzedVDAF.verifyKey, context: FuzzedVDAF.context)
        } isSame: {
            $0.outbound == $1.outbound && $0.jointRandSeed == $1.jointRandSeed
        }
        try expectDecodes(leaderShare, .leader, prio3, first.map { _ in })

        let leaderMessage = kind & 8 != 0 ? input.piece() : (try? first.get().outbound) ?? []
        let reply = VerificationInput(
            nonce: nonce, publicShare: publicShare, inputShare: helperShare, inbound: leaderMessage, bucket: 1)
        let second = try vdaf.outcome(of: reply, at: position, among: vdaf.helperNeighbors, on: level) {
            prio3, reports in
            prio3.helperInitialize(reports, verifyKey: FuzzedVDAF.verifyKey, context: FuzzedVDAF.context).outcomes
        } isSame: {
            $0 == $1
        }
        try expectDecodes(helperShare, .helper, prio3, second.map { _ in })

        let helperMessage = kind & 16 != 0 ? input.piece() : (try? second.get()) ?? []
        _ = try? prio3.unshard([leaderShare, helperMessage])
        guard case .success(let continuation) = first else { return .refused }
        let finish = LeaderFinishInput(
            inputShare: leaderShare, jointRandSeed: continuation.jointRandSeed, inbound: helperMessage, bucket: 1)
        let last = prio3.leaderFinish([finish], context: FuzzedVDAF.context)
        guard case .success = last.outcomes[0], case .success = second, let leaderSum = last.aggregateShares[1] else {
            return .refused
        }
        let helperSums = prio3.helperInitialize(
            [reply], verifyKey: FuzzedVDAF.verifyKey, context: FuzzedVDAF.context
        ).aggregateShares
        guard let helperSum = helperSums[1] else { throw LawBroken("an accepted report is added to its sum") }
        let result = try prio3.unshard([leaderSum, helperSum])
        // An aggregator that does not keep to the protocol can make the other accept anything.
        let isHonest = kind & 8 == 0
        try expect(
            !isHonest || prio3.parameters.allows(result, of: 1), "what both aggregators accept is a measurement")
        return .accepted
    }

    /// The check at upload says the same as verification.
    private func expectDecodes(
        _ share: [UInt8], _ role: AggregatorRole, _ prio3: Prio3, _ outcome: Result<Void, VDAFError>
    ) throws {
        do {
            try prio3.checkInputShare(share, role: role)
            if case .failure(let error) = outcome {
                try expect(error.code != .malformedInputShare, "an input share that passes its check decodes")
            }
        } catch is VDAFError {
            if case .success = outcome { throw LawBroken("an input share that does not decode is rejected") }
        }
    }
}
