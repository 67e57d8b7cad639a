import VDAF

/// Encoded measurements that a dishonest client could try, circuit by circuit, each with what is wrong about it.
enum InvalidEncodings {
    struct Encoding<F: NTTField>: Sendable {
        let flaw: String
        let elements: [F]
    }

    /// A valid encoding with one element after another replaced by something that is neither 0 nor 1.
    private static func spoiled<F: NTTField>(_ valid: [F]) -> [Encoding<F>] {
        valid.indices.flatMap { index in
            [F(2), -F.one, F(2).inverse, F(0xdead_beef)].map { bad in
                var elements = valid
                elements[index] = bad
                return Encoding(flaw: "element \(index) is \(bad.integer)", elements: elements)
            }
        }
    }

    private static func integers<F: NTTField>(_ flaw: String, _ integers: [Int]) -> Encoding<F> {
        Encoding(flaw: flaw, elements: integers.map { $0 < 0 ? -F(UInt32(-$0)) : F(UInt32($0)) })
    }

    static let countCircuit = Count<Field64>()
    static var count: [Encoding<Field64>] { spoiled([.one]) }

    static func sumCircuit() throws -> Sum<Field64> { try Sum(maxMeasurement: 10) }
    static func sum() throws -> [Encoding<Field64>] { spoiled(try sumCircuit().encode(.integer(7))) }

    static func sumVecCircuit() throws -> SumVec<Field128> { try SumVec(length: 3, maxMeasurement: 5, chunkLength: 4) }
    static func sumVec() throws -> [Encoding<Field128>] {
        // x = 6/5 and y = 3/5 have x(x − 1) + y(y − 1) = 0: only powers of joint randomness tell them apart.
        let (x, y) = (Field128(6) * Field128(5).inverse, Field128(3) * Field128(5).inverse)
        let zeros = [Field128](repeating: .zero, count: 7)
        return spoiled(try sumVecCircuit().encode(.vector([0, 3, 5]))) + [
            // x(x − 1) is 2 for both; 2 and 0 for the others.
            integers("two wrong elements in a chunk", [2, -1, 0, 0, 0, 0, 0, 0, 0]),
            integers("two wrong elements in two chunks", [2, 0, 0, 0, 2, 0, 0, 0, 0]),
            integers("all elements wrong", [2, 2, 2, 2, 2, 2, 2, 2, 2]),
            Encoding(flaw: "two wrong elements that cancel, in a chunk", elements: [x, y] + zeros),
            Encoding(flaw: "two wrong elements that cancel, in two chunks", elements: zeros + [x, y]),
            Encoding(
                flaw: "two wrong elements that cancel, at one place in two chunks",
                elements: [x] + zeros[..<3] + [y] + zeros[..<4]),
        ]
    }

    static func histogramCircuit() throws -> Histogram<Field128> { try Histogram(length: 5, chunkLength: 2) }
    static func histogram() throws -> [Encoding<Field128>] {
        spoiled(try histogramCircuit().encode(.integer(3))) + [
            integers("no one", [0, 0, 0, 0, 0]),
            integers("two ones in a chunk", [1, 1, 0, 0, 0]),
            integers("two ones in two chunks", [1, 0, 0, 0, 1]),
            integers("all ones", [1, 1, 1, 1, 1]),
            integers("the sum is 1, but not of ones", [2, -1, 0, 0, 0]),
            integers("the sum is 1, but not of ones", [2, 0, 0, 0, -1]),
        ]
    }

    static func multihotCircuit() throws -> MultihotCountVec<Field128> {
        try MultihotCountVec(length: 4, maxWeight: 3, chunkLength: 3)
    }
    /// Four bits, then the weight with the weights 1 and 2.
    static func multihot() throws -> [Encoding<Field128>] {
        spoiled(try multihotCircuit().encode(.vector([1, 0, 1, 0]))) + [
            integers("the weight is too small", [1, 1, 0, 0, 1, 0]),
            integers("the weight is too large", [1, 1, 0, 0, 1, 1]),
            integers("the weight is zero", [1, 1, 0, 0, 0, 0]),
            integers("a weight without ones", [0, 0, 0, 0, 1, 0]),
            integers("more ones than allowed", [1, 1, 1, 1, 1, 1]),
            integers("more ones than allowed, with a weight to match", [1, 1, 1, 1, 2, 1]),
            integers("the weight is right, but not of bits", [1, 1, 0, 0, 2, 0]),
            integers("the weight is right for a count of two", [2, 0, 0, 0, 0, 1]),
        ]
    }
}
