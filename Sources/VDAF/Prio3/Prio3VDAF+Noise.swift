extension Prio3VDAF {
    /// An encoded aggregate share with noise on every number, modulo the field's modulus.
    ///
    /// - Parameter noise: a number for each of the aggregate's.
    /// - Throws: `VDAFError.malformedMessage` when the share does not decode, `invalidParameters` when there is not a
    ///   noise for each number.
    package func add(noise: [Int128], to aggregateShare: [UInt8]) throws -> [UInt8] {
        var elements = try decodeAggregateShare(aggregateShare)
        guard noise.count == elements.count else {
            throw VDAFError(.invalidParameters, "there must be a noise for each number of an aggregate share")
        }
        for index in elements.indices {
            // All ones for a negative number: the noise is secret, so no branch depends on its sign.
            let sign = UInt128(bitPattern: noise[index] >> 127)
            let magnitude = noise[index].magnitude
            elements[index] += Field(reducing: magnitude & ~sign)
            elements[index] -= Field(reducing: magnitude & sign)
        }
        return FieldVector.encode(elements)
    }
}

extension NTTField {
    /// The element of any integer.
    fileprivate init(reducing value: UInt128) {
        guard let element = Self(canonical: value % (Self.inversionExponent + 2)) else {
            preconditionFailure("a remainder is below the modulus")
        }
        self = element
    }
}
