/// Where the samplers' loops end. With random words that are uniform, each limit is reached with probability below
/// 2^-100; whatever the words are, a draw ends and has a defined value.
enum SamplerLimit {
    /// Attempts at an integer below a bound. Each succeeds with probability ½ at least: 2^-128. The value is then 0.
    static let uniformAttempts = 128
    /// Factors of the series in Algorithm 1. The n-th is reached with probability 1 / (n − 1)! at most: 1 / 64!, below
    /// 2^-295. The series then counts as ended there.
    static let seriesLength: UInt64 = 65
    /// Whole units of γ in Algorithm 1. Each succeeds with probability 1/e: e^-256. The event has then not happened.
    static let wholeUnits = 256
    /// Attempts at the remainder in Algorithm 2. Each succeeds with probability 1 − 1/e at least: e^-128. The last
    /// attempt is then kept.
    static let remainderAttempts = 128
    /// The quotient in Algorithm 2, geometric with ratio 1/e: e^-128. It is then taken as it is.
    static let largestQuotient: UInt64 = 128
    /// Attempts at a number other than a negative zero. Each succeeds with probability ½ at least: 2^-128. The value is
    /// then 0.
    static let signAttempts = 128
    /// Attempts of Algorithm 3. Each succeeds with probability ¼ at least, for every variance: below 2^-212. The last
    /// attempt, Laplace noise of at least the same deviation, is then kept.
    static let gaussianAttempts = 512
}
