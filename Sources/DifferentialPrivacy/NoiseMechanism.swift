/// Draws the noise that one aggregator adds to its aggregate share.
public struct NoiseMechanism: Sendable {
    /// What each number gets.
    public let distribution: NoiseDistribution
    private let sampler: Sampler

    private enum Sampler: Sendable {
        case laplace(DiscreteLaplace)
        case gaussian(DiscreteGaussian)
    }

    /// A mechanism with a distribution.
    public init(_ distribution: NoiseDistribution) {
        self.distribution = distribution
        switch distribution {
        case .laplace(let scale): sampler = .laplace(DiscreteLaplace(scale: scale))
        case .gaussian(let variance): sampler = .gaussian(DiscreteGaussian(variance: variance))
        }
    }

    /// Independent draws, one for each number of an aggregate share.
    ///
    /// They come from a stream of XofTurboShake128 with a seed of 32 bytes. No floating-point number comes between that
    /// and the noise (Mironov 2012).
    /// - Parameter random: cryptographically secure; it gives the seed.
    public func draw(count: Int, using random: inout some RandomNumberGenerator) -> [Int128] {
        var words = WordStream(seededBy: &random)
        return draw(count: count, from: &words)
    }

    /// Independent draws from a stream of words.
    package func draw(count: Int, from words: inout WordStream) -> [Int128] {
        var noise: [Int128] = []
        noise.reserveCapacity(count)
        switch sampler {
        case .laplace(let laplace): for _ in 0..<count { noise.append(laplace.sample(from: &words)) }
        case .gaussian(let gaussian): for _ in 0..<count { noise.append(gaussian.sample(from: &words)) }
        }
        return noise
    }
}
