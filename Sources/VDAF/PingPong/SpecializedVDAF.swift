/// A Prio3 over one particular circuit, of a type without parameters.
///
/// The compiler makes code of their own for these five types. For `Prio3VDAF` itself, behind `any TwoPartyVDAF`, it
/// would make a single code for all circuits, which looks types up all the time: 5 times slower for small reports.
protocol SpecializedVDAF: TwoPartyVDAF {
    associatedtype Circuit: ValidityCircuit
    var vdaf: Prio3VDAF<Circuit> { get }
}

struct CountVDAF: SpecializedVDAF { let vdaf: Prio3VDAF<Count<Field64>> }
struct SumVDAF: SpecializedVDAF { let vdaf: Prio3VDAF<Sum<Field64>> }
struct SumVecVDAF: SpecializedVDAF { let vdaf: Prio3VDAF<SumVec<Field128>> }
struct HistogramVDAF: SpecializedVDAF { let vdaf: Prio3VDAF<Histogram<Field128>> }
struct MultihotCountVecVDAF: SpecializedVDAF { let vdaf: Prio3VDAF<MultihotCountVec<Field128>> }

extension SpecializedVDAF {
    var randomSize: Int { vdaf.randomSize }

    func shard(
        _ measurement: Prio3Measurement, context: [UInt8], nonce: [UInt8], random: [UInt8]
    ) throws -> Prio3Shares {
        try vdaf.shard(measurement, context: context, nonce: nonce, random: random)
    }

    func shard(
        _ measurements: [Prio3Measurement], context: [UInt8], nonces: [[UInt8]], randoms: [[UInt8]]
    ) -> [Result<Prio3Shares, VDAFError>] {
        vdaf.shard(measurements, context: context, nonces: nonces, randoms: randoms)
    }

    func checkInputShare(_ inputShare: [UInt8], role: AggregatorRole) throws {
        try vdaf.checkInputShare(inputShare, role: role)
    }

    func leaderInitialize(
        _ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]
    ) -> [Result<LeaderContinuation, VDAFError>] {
        vdaf.leaderInitialize(reports, verifyKey: verifyKey, context: context)
    }

    func leaderFinish(_ reports: [LeaderFinishInput], context: [UInt8]) -> BatchOutcome<Void> {
        vdaf.leaderFinish(reports, context: context)
    }

    func helperInitialize(
        _ reports: [VerificationInput], verifyKey: [UInt8], context: [UInt8]
    ) -> BatchOutcome<[UInt8]> {
        vdaf.helperInitialize(reports, verifyKey: verifyKey, context: context)
    }

    func merge(_ aggregateShares: [[UInt8]]) throws -> [UInt8] { try vdaf.merge(aggregateShares) }

    func add(noise: [Int128], to aggregateShare: [UInt8]) throws -> [UInt8] {
        try vdaf.add(noise: noise, to: aggregateShare)
    }

    func unshard(_ aggregateShares: [[UInt8]]) throws -> Prio3AggregateResult { try vdaf.unshard(aggregateShares) }
}
