extension Prio3VDAF {
    /// Decodes an aggregate share (VDAF §7.2.7).
    ///
    /// - Throws: `VDAFError.malformedMessage`.
    package func decodeAggregateShare(_ bytes: [UInt8]) throws -> [Field] {
        guard let elements = FieldVector.decode(bytes, count: circuit.outputLength, as: Field.self) else {
            throw VDAFError(.malformedMessage, "an aggregate share does not decode")
        }
        return elements
    }

    /// The sum of encoded aggregate shares (VDAF §7.2.4, `merge`); of none, it is the encoding of zero.
    ///
    /// - Throws: `VDAFError.malformedMessage`.
    package func merge(_ aggregateShares: [[UInt8]]) throws -> [UInt8] {
        FieldVector.encode(try sum(aggregateShares))
    }

    /// The aggregate result from every aggregator's share (VDAF §7.2.5, `unshard`).
    ///
    /// - Throws: `VDAFError.malformedMessage`.
    package func unshard(_ aggregateShares: [[UInt8]]) throws -> Prio3AggregateResult {
        guard aggregateShares.count == shares else {
            throw VDAFError(.malformedMessage, "every aggregator gives an aggregate share")
        }
        return circuit.decode(try sum(aggregateShares))
    }

    private func sum(_ aggregateShares: [[UInt8]]) throws -> [Field] {
        var sum = [Field](repeating: .zero, count: circuit.outputLength)
        for share in aggregateShares {
            let elements = try decodeAggregateShare(share)
            for index in 0..<sum.count { sum[index] += elements[index] }
        }
        return sum
    }
}
