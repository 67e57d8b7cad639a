import Testing
import VDAF

/// The proof system by itself: completeness, soundness and its arithmetic.
@Suite struct FullyLinearProofTests {
    private func checkMissingValues<Circuit: ValidityCircuit>(_ circuit: Circuit, seed: UInt64) throws {
        typealias F = Circuit.Field
        let system = try FullyLinearProof(circuit)
        var random = SplitMix64(seed: seed)
        let length = system.gadgetPolynomialLength
        let nodes = system.gadgetDomain.powers.map { F($0) }
        let note: Comment =
            "\(Circuit.self), degree \(circuit.gadget.degree), \(circuit.gadgetCalls) calls, seed \(seed)"
        #expect(length == circuit.gadget.degree * (system.wireDomain.count - 1) + 1, note)
        #expect(nodes.count >= length && nodes.count < 2 * length, note)
        #expect(system.missingValueWeights.count == nodes.count - length, note)

        let coefficients: [F] = random.elements(length)
        let values = nodes.map { NaivePolynomial.value(coefficients, at: $0) }
        for (index, weights) in system.missingValueWeights.enumerated() {
            #expect(weights.count == length, note)
            let weighed = zip(values, weights).reduce(F.zero) { $0 + $1.0 * $1.1 }
            #expect(weighed == values[length + index], note)
            let interpolated = NaivePolynomial.interpolation(
                Array(nodes[..<length]), Array(values[..<length]), at: nodes[length + index])
            #expect(weighed == interpolated, note)
        }
    }

    @Test("The values a proof leaves out follow from its others, for gadgets of degree 1 to 5")
    func missingValues() throws {
        for degree in 1...5 {
            for calls in [1, 2, 3, 7] {
                try checkMissingValues(DigitVector<Field64>(degree: degree, calls: calls), seed: UInt64(calls))
                try checkMissingValues(DigitVector<Field128>(degree: degree, calls: calls), seed: UInt64(calls))
            }
        }
        for length in [1, 2, 3, 4, 9, 16] {
            try checkMissingValues(try Histogram<Field128>(length: length, chunkLength: 2), seed: UInt64(length))
        }
    }

    private func checkAccepted<Circuit: ValidityCircuit>(_ circuit: Circuit, _ measurements: [Prio3Measurement]) throws
    {
        let run = try ProofRun(circuit)
        for (index, measurement) in measurements.enumerated() {
            for shares in [1, 2, 3, 7] {
                let seed = UInt64(100 * index + shares)
                var random = SplitMix64(seed: seed)
                #expect(
                    try run.accepts(try circuit.encode(measurement), shares: shares, random: &random),
                    "\(Circuit.self), measurement \(index), \(shares) shares, seed \(seed)")
            }
        }
    }

    @Test("Every valid measurement is accepted, split among any number of shares")
    func completeness() throws {
        try checkAccepted(Count<Field64>(), [.integer(0), .integer(1)])
        for maximum in [1, 2, 3, 10, 255, (1 << 63) - 1] as [UInt64] {
            try checkAccepted(
                try Sum<Field64>(maxMeasurement: maximum), [.integer(0), .integer(maximum / 2), .integer(maximum)])
        }
        for chunkLength in [1, 2, 4, 9, 20] {
            try checkAccepted(
                try SumVec<Field128>(length: 3, maxMeasurement: 5, chunkLength: chunkLength),
                [.vector([0, 0, 0]), .vector([5, 4, 3])])
            try checkAccepted(
                try Histogram<Field128>(length: 5, chunkLength: chunkLength), (0..<5).map { .integer($0) })
            try checkAccepted(
                try MultihotCountVec<Field128>(length: 4, maxWeight: 3, chunkLength: chunkLength),
                [.vector([0, 0, 0, 0]), .vector([0, 1, 0, 0]), .vector([1, 0, 1, 1])])
        }
        try checkAccepted(
            try SumVec<Field128>(length: 2, maxMeasurement: .max, chunkLength: 12), [.vector([.max, 1 << 63])])
        for degree in 1...5 {
            for calls in 1...5 {
                let digits = (0..<calls).map { UInt64($0 % degree) }
                try checkAccepted(DigitVector<Field64>(degree: degree, calls: calls), [.vector(digits)])
            }
        }
    }

    private func checkRefused<Circuit: ValidityCircuit>(
        _ circuit: Circuit, _ encodings: [InvalidEncodings.Encoding<Circuit.Field>]
    ) throws {
        let run = try ProofRun(circuit)
        for (index, encoding) in encodings.enumerated() {
            for shares in 1...3 {
                let seed = UInt64(100 * index + shares)
                var random = SplitMix64(seed: seed)
                #expect(
                    try !run.accepts(encoding.elements, shares: shares, random: &random),
                    "\(Circuit.self): \(encoding.flaw); \(shares) shares, seed \(seed)")
            }
        }
    }

    @Test("An honest proof of an invalid measurement is refused, for every circuit")
    func soundness() throws {
        try checkRefused(InvalidEncodings.countCircuit, InvalidEncodings.count)
        try checkRefused(try InvalidEncodings.sumCircuit(), try InvalidEncodings.sum())
        try checkRefused(try InvalidEncodings.sumVecCircuit(), try InvalidEncodings.sumVec())
        try checkRefused(try InvalidEncodings.histogramCircuit(), try InvalidEncodings.histogram())
        try checkRefused(try InvalidEncodings.multihotCircuit(), try InvalidEncodings.multihot())
        for degree in 2...4 {
            let wrong = (0..<3).map { position in
                InvalidEncodings.Encoding<Field64>(
                    flaw: "digit \(position) is \(degree)",
                    elements: (0..<3).map { $0 == position ? Field64(UInt32(degree)) : .one })
            }
            try checkRefused(DigitVector<Field64>(degree: degree, calls: 3), wrong)
        }
    }

    private func checkTampering<Circuit: ValidityCircuit>(_ circuit: Circuit, _ measurement: Prio3Measurement) throws {
        let run = try ProofRun(circuit)
        let encoded = try circuit.encode(measurement)
        for index in 0..<run.system.proofLength {
            var random = SplitMix64(seed: UInt64(index))
            let accepted = try run.accepts(encoded, shares: 2, random: &random) { $0[index] += .one }
            #expect(!accepted, "\(Circuit.self), element \(index) of the proof, seed \(index)")
        }
    }

    @Test("A proof with one element changed is refused, whichever it is")
    func tamperedProofs() throws {
        try checkTampering(Count<Field64>(), .integer(0))
        try checkTampering(try Sum<Field64>(maxMeasurement: 10), .integer(0))
        try checkTampering(try InvalidEncodings.sumVecCircuit(), .vector([1, 2, 3]))
        try checkTampering(try InvalidEncodings.histogramCircuit(), .integer(4))
        try checkTampering(try InvalidEncodings.multihotCircuit(), .vector([1, 0, 0, 1]))
        try checkTampering(DigitVector<Field64>(degree: 3, calls: 4), .vector([0, 1, 2, 1]))
    }

    private func checkTestPoints<Circuit: ValidityCircuit>(_ circuit: Circuit, _ measurement: Prio3Measurement) throws {
        let run = try ProofRun(circuit)
        let encoded = try circuit.encode(measurement)
        let wireRoots = run.system.wireDomain.powers.map { Circuit.Field($0) }
        for root in run.system.gadgetDomain.powers.map({ Circuit.Field($0) }) {
            var random = SplitMix64(seed: 77)
            if wireRoots.contains(root) {
                #expect(throws: VDAFError(.verificationFailed, ""), "\(Circuit.self) at \(root.integer)") {
                    try run.accepts(encoded, shares: 2, random: &random, testPoint: root)
                }
            } else {
                // A root of the gadget polynomial's domain alone gives nothing away.
                #expect(
                    try run.accepts(encoded, shares: 2, random: &random, testPoint: root),
                    "\(Circuit.self) at \(root.integer)")
            }
        }
    }

    @Test("A test point that is a root of unity of the wires is refused, and no other")
    func testPoints() throws {
        try checkTestPoints(Count<Field64>(), .integer(1))
        try checkTestPoints(try Sum<Field64>(maxMeasurement: 10), .integer(9))
        try checkTestPoints(try InvalidEncodings.sumVecCircuit(), .vector([1, 2, 3]))
        try checkTestPoints(try InvalidEncodings.histogramCircuit(), .integer(2))
        try checkTestPoints(try InvalidEncodings.multihotCircuit(), .vector([1, 1, 0, 1]))
        try checkTestPoints(DigitVector<Field64>(degree: 3, calls: 2), .vector([2, 1]))
    }

    @Test("A circuit that calls its gadget more often than the field has roots of unity is refused")
    func tooManyCalls() {
        for calls in [1 << 31, (1 << 31) - 1, 1 << 40] {
            #expect(throws: VDAFError(.invalidParameters, ""), "\(calls) calls") {
                try FullyLinearProof(DigitVector<Field64>(degree: 2, calls: calls))
            }
        }
    }
}
