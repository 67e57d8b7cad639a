import BigInt
import DifferentialPrivacy
import Foundation
import Testing

/// Samples of the reference implementation, bit for bit.
struct SamplerVectorTests {
    struct Vector: CustomTestStringConvertible {
        let deviation: Rational
        let seed: [UInt8]
        let samples: [BigInt]

        var testDescription: String { "σ = \(deviation.numerator)/\(deviation.denominator)" }
        var variance: Rational {
            Rational(
                reducing: deviation.numerator * deviation.numerator, over: deviation.denominator * deviation.denominator
            )
        }

        init?(line: Substring) {
            let words = line.split(separator: " ")
            guard words.count > 2 else { return nil }
            let fraction = words[0].split(separator: "/").compactMap { BigUInt($0) }
            guard fraction.count == 2 else { return nil }
            deviation = Rational(reducing: fraction[0], over: fraction[1])
            let digits = Array(words[1])
            seed = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
            samples = words.dropFirst(2).compactMap { BigInt($0) }
        }

        static func all() throws -> [Vector] {
            let url = try #require(
                Bundle.module.url(forResource: "discrete-gaussian", withExtension: "txt", subdirectory: "Fixtures"))
            return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").compactMap(Vector.init)
        }
    }

    @Test func thereAreSixVectorsOfFortyNineSamplesOrMore() throws {
        let vectors = try Vector.all()
        #expect(vectors.count == 6)
        #expect(vectors.allSatisfy { $0.seed.count == 32 && $0.samples.count >= 49 })
    }

    @Test func gaussianReproducesTheVectors() throws {
        for vector in try Vector.all() {
            let gaussian = DiscreteGaussian(variance: vector.variance)
            var words = WordStream(seed: vector.seed)
            for sample in vector.samples {
                #expect(BigInt(gaussian.sample(from: &words)) == sample, "\(vector.testDescription)")
            }
        }
    }

    @Test func thePapersAlgorithmsInRationalNumbersReproduceTheVectors() throws {
        for vector in try Vector.all() {
            var words = WordStream(seed: vector.seed)
            for sample in vector.samples {
                #expect(
                    RationalSampler.gaussian(variance: vector.variance, from: &words) == sample,
                    "\(vector.testDescription)")
            }
        }
    }
}
