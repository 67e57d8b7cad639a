/// How a sum over reports that clients changed at random leads back to the sum of the true measurements.
///
/// A client that reports with probability s has slope s; randomised response has a slope and an offset (Warner 1965).
/// The error that the clients' own randomness adds is sampling error, and the noise's interval does not hold it.
public struct Debiasing: Hashable, Sendable {
    /// By how much the expected sum grows when the true sum grows by one; finite and not 0.
    public let slope: Double
    /// The expected sum of all reports when the true sum is 0.
    public let offset: Double

    /// Clients report what they measured.
    public static let identity = Debiasing(slope: 1, offset: 0)

    /// A line from the true sum to the expected one.
    ///
    /// - Parameter slope: finite and not 0.
    public init(slope: Double, offset: Double) {
        precondition(slope.isFinite && slope != 0 && offset.isFinite, "a line that can be followed back")
        self.slope = slope
        self.offset = offset
    }

    /// The true sum: (sum − offset) / slope.
    func trueSum(_ sum: Double) -> Double { (sum - offset) / slope }

    /// The true sum: (sum − offset) / slope, so the variance is divided by the slope's square.
    func trueSum(_ sum: Estimate) -> Estimate {
        self == .identity ? sum : sum.scaled(by: 1 / slope, plus: -offset / slope)
    }
}
