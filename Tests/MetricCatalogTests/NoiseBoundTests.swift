import DifferentialPrivacy
import MetricCatalog
import Testing
import VDAF

struct NoiseBoundTests {
    /// 2^64 − 2^32 + 1 less 2^32 times the largest number is what four bounds must be below.
    @Test func sumsHaveRoomForFourBounds() {
        let parameters = Prio3Parameters.sum(maxMeasurement: 1 << 31)
        let room = parameters.modulus - (UInt128(1) << 63)
        func noise(_ scale: UInt128) -> NoiseDistribution { .laplace(scale: Rational(scale)) }
        // 65·ln 2 scales are a bound.
        let scale = UInt128(Double(room) / 4 / 45.06)
        #expect(NoiseBound.holds(noise(scale - 1000), in: parameters))
        #expect(!NoiseBound.holds(noise(scale + 1000), in: parameters))
    }

    @Test func sumsThatFillTheFieldHaveNoRoom() {
        let fills = Prio3Parameters.sum(maxMeasurement: 4_294_967_295)
        #expect(!NoiseBound.holds(.laplace(scale: Rational(1, over: 100)), in: fills))
        #expect(!NoiseBound.holds(.laplace(scale: Rational(1)), in: .sum(maxMeasurement: .max)))
    }

    @Test func countsAndVectorsHaveRoomForMuchNoise() {
        let wide = NoiseDistribution.laplace(scale: Rational(2_000_000_000_000))
        #expect(NoiseBound.holds(wide, in: .count))
        #expect(NoiseBound.holds(wide, in: .histogram(length: 4, chunkLength: 2)))
        #expect(
            NoiseBound.holds(wide, in: .sumVec(length: 4, maxMeasurement: UInt64(Int64.max), chunkLength: 2)))
        let wider = NoiseDistribution.gaussian(variance: Rational(1 << 126))
        #expect(!NoiseBound.holds(wider, in: .count))
    }
}
