import Testing
import VDAF

/// Encoding of elements, one and many.
@Suite struct FieldVectorTests {
    private func littleEndian(_ integer: UInt128, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: integer >> UInt128(8 * $0)) }
    }

    private func loaded<F: NTTField>(_ bytes: [UInt8], _ type: F.Type) throws -> F? {
        // One byte off any alignment.
        try ([0] + bytes).withUnsafeBytes { F.load(try #require($0.baseAddress) + 1) }
    }

    private func checkBorders<F: DraftField>(_ type: F.Type) throws {
        let modulus = F.residues.modulus
        let largest = F.encodedSize == 8 ? UInt128(UInt64.max) : UInt128.max
        for integer in F.residues.borders {
            let encoded = littleEndian(integer, F.encodedSize)
            let element = try #require(try loaded(encoded, F.self), "\(F.self): \(integer)")
            #expect(element.integer == integer)
            #expect(FieldVector.encode([element]) == encoded)
        }
        var outside: Set<UInt128> = [largest, largest - 1, modulus + (largest - modulus) / 2]
        for offset: UInt128 in [0, 1, 2, 1 << 31, (1 << 32) - 2, 1 << 63, (1 << 64) - 2, (1 << 64) - 1, 1 << 64] {
            outside.insert(modulus &+ offset)
        }
        for integer in outside where integer >= modulus && integer <= largest {
            let encoded = littleEndian(integer, F.encodedSize)
            #expect(try loaded(encoded, F.self) == nil, "\(F.self): \(integer)")
            #expect(F(canonical: integer) == nil, "\(F.self): \(integer)")
        }
        #expect(F(canonical: .max) == nil)
    }

    @Test("An integer loads when it is below the modulus, and only then, at every border")
    func borders() throws {
        try checkBorders(Field64.self)
        try checkBorders(Field128.self)
    }

    private func checkVectors<F: DraftField>(_ type: F.Type) throws {
        var random = SplitMix64(seed: 4)
        for count in [0, 1, 2, 7, 33] {
            let elements: [F] = random.elements(count)
            let encoded = FieldVector.encode(elements)
            #expect(encoded == elements.flatMap { littleEndian($0.integer, F.encodedSize) })
            #expect(FieldVector.decode(encoded, count: count) == elements)
            // A slice whose indices don't start at 0.
            #expect(FieldVector.decode(([9, 9, 9] + encoded)[3...], count: count) == elements)
            #expect(FieldVector.encode(([F.one] + elements)[1...]) == encoded)
            for wrong in [encoded + [0], encoded + [UInt8](repeating: 0, count: F.encodedSize), encoded.dropLast()]
            where wrong.count != encoded.count {
                #expect(FieldVector.decode(wrong, count: count, as: F.self) == nil, "\(wrong.count) bytes for \(count)")
            }
        }
    }

    @Test("A vector decodes from exactly its encoding's length")
    func lengths() throws {
        try checkVectors(Field64.self)
        try checkVectors(Field128.self)
    }

    private func checkInvalidElements<F: DraftField>(_ type: F.Type) throws {
        let good = FieldVector.encode([F](repeating: -F.one, count: 5))
        for position in 0..<5 {
            var bad = good
            // The modulus itself: the low bits of −1 go from 0 to 1.
            bad[position * F.encodedSize] += 1
            #expect(FieldVector.decode(bad, count: 5, as: F.self) == nil, "\(F.self), position \(position)")
            #expect(!bad.withUnsafeBytes { FieldVector.isValid($0, as: F.self) }, "\(F.self), position \(position)")
        }
        #expect(good.withUnsafeBytes { FieldVector.isValid($0, as: F.self) })
        #expect(!good.dropLast().withUnsafeBytes { FieldVector.isValid($0, as: F.self) })
        #expect([UInt8]().withUnsafeBytes { FieldVector.isValid($0, as: F.self) })
    }

    @Test("One integer that is not below the modulus spoils a vector, wherever it stands")
    func invalidElements() throws {
        try checkInvalidElements(Field64.self)
        try checkInvalidElements(Field128.self)
    }

    private func checkAddition<F: DraftField>(_ type: F.Type) throws {
        var random = SplitMix64(seed: 5)
        let (a, b): ([F], [F]) = (random.elements(9), random.elements(9))
        var sum = a
        sum.withUnsafeMutableBufferPointer { sum in b.withUnsafeBufferPointer { FieldVector.add($0, to: sum) } }
        #expect(sum == zip(a, b).map { $0 + $1 })
    }

    @Test("Vectors add up element by element")
    func addition() throws {
        try checkAddition(Field64.self)
        try checkAddition(Field128.self)
    }
}
