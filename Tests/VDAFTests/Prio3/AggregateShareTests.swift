import Testing
import VDAF

/// Merging and unsharding of encoded aggregate shares.
@Suite struct AggregateShareTests {
    /// Elements of an aggregate share.
    private func length(_ kind: PrioKind) -> Int {
        switch kind.parameters {
        case .count, .sum: 1
        case .sumVec(let length, _, _), .histogram(let length, _), .multihotCountVec(let length, _, _): Int(length)
        }
    }

    @Test("Merging nothing gives zero, and zero changes nothing", arguments: PrioKind.all)
    func zero(kind: PrioKind) throws {
        var random = SplitMix64(seed: 1)
        let parties = try TwoParties(kind.parameters, random: &random)
        let zero = try parties.prio3.merge([])
        #expect(zero == [UInt8](repeating: 0, count: length(kind) * kind.elementSize))
        #expect(
            try parties.prio3.unshard([zero, zero]) == kind.result([UInt128](repeating: 0, count: length(kind))))

        let report = try parties.report(kind.randomMeasurement(&random).0, bucket: 0, random: &random)
        for sums in try parties.aggregate([report]) {
            let share = try #require(sums[0])
            #expect(try parties.prio3.merge([share]) == share)
            #expect(try parties.prio3.merge([zero, share, zero]) == share)
        }
    }

    @Test("A share of another length or with an integer not below the modulus is refused", arguments: PrioKind.all)
    func malformedShares(kind: PrioKind) throws {
        let prio3 = try Prio3(kind.parameters)
        let zero = try prio3.merge([])
        var malformed: [[UInt8]] = [
            [], zero.dropLast(), zero + [0], zero + zero, zero.dropLast(kind.elementSize),
        ]
        for element in 0..<length(kind) {
            var share = zero
            for byte in 0..<kind.elementSize { share[element * kind.elementSize + byte] = 0xff }
            malformed.append(share)
        }
        for (index, share) in malformed.enumerated() where share != zero {
            let note: Comment = "\(kind.parameters), share \(index)"
            for shares in [[share], [zero, share], [share, zero]] {
                #expect(throws: VDAFError(.malformedMessage, ""), note) { try prio3.merge(shares) }
                #expect(throws: VDAFError(.malformedMessage, ""), note) { try prio3.unshard(shares) }
            }
        }
    }

    @Test("Any other value of a byte makes a share that encodes as the bytes, or none", arguments: PrioKind.all)
    func changedBytes(kind: PrioKind) throws {
        var random = SplitMix64(seed: 3)
        let parties = try TwoParties(kind.parameters, random: &random)
        let report = try parties.report(kind.randomMeasurement(&random).0, bucket: 0, random: &random)
        let share = try #require(try parties.aggregate([report])[0][0])
        for length in share.indices {
            let cut = Array(share[..<length])
            #expect(throws: VDAFError(.malformedMessage, ""), "cut to \(length)") { try parties.prio3.merge([cut]) }
        }
        for position in share.indices {
            for byte in UInt8.min ... .max where byte != share[position] {
                var changed = share
                changed[position] = byte
                do {
                    guard try parties.prio3.merge([changed]) != changed else { continue }
                    Issue.record("position \(position), byte \(byte), seed 3")
                } catch {
                    guard error as? VDAFError != VDAFError(.malformedMessage, "") else { continue }
                    Issue.record("position \(position), byte \(byte), seed 3: \(error)")
                }
            }
        }
    }

    @Test("Unsharding takes both aggregators' shares, no fewer and no more", arguments: PrioKind.all)
    func numberOfShares(kind: PrioKind) throws {
        let prio3 = try Prio3(kind.parameters)
        let zero = try prio3.merge([])
        for count in [0, 1, 3] {
            #expect(throws: VDAFError(.malformedMessage, ""), "\(count) shares") {
                try prio3.unshard([[UInt8]](repeating: zero, count: count))
            }
        }
    }
}
