/// An amount of ε or of ρ, a whole number of billionths, so that sums are exact and everyone adds up the same.
///
/// Sums that are too large stay at `unlimited`: an amount that no limit covers.
public struct PrivacyAmount: Hashable, Comparable, Sendable {
    /// The amount in billionths, at most those of `unlimited`.
    public let billionths: UInt64

    /// Billionths in one.
    public static let scale: UInt64 = 1_000_000_000
    /// No amount.
    public static let zero = PrivacyAmount(billionths: 0)
    /// The largest amount: what a 64-bit signed integer holds.
    public static let unlimited = PrivacyAmount(billionths: UInt64(Int64.max))

    /// An amount; one above `unlimited` is `unlimited`.
    public init(billionths: UInt64) { self.billionths = min(billionths, UInt64(Int64.max)) }

    /// Reads a decimal number such as `0.5`, `2` or `0.000000001`: digits, and at most nine of them behind a point.
    ///
    /// - Returns: nil for anything else, and for 10^9 or more.
    public init?(decimal text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, Self.isDigits(whole), whole.utf8.count <= 9,
            let ones = UInt64(whole)
        else { return nil }
        guard parts.count == 2 else {
            self.init(billionths: ones * Self.scale)
            return
        }
        let fraction = parts[1]
        guard Self.isDigits(fraction), fraction.utf8.count <= 9,
            let rest = UInt64(fraction + String(repeating: "0", count: 9 - fraction.utf8.count))
        else { return nil }
        self.init(billionths: ones * Self.scale + rest)
    }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The sum, at most `unlimited`.
    public static func + (left: PrivacyAmount, right: PrivacyAmount) -> PrivacyAmount {
        // Neither has the highest bit.
        PrivacyAmount(billionths: left.billionths + right.billionths)
    }

    /// What is left of an amount when another is taken from it; nothing if that is larger.
    public func less(_ other: PrivacyAmount) -> PrivacyAmount {
        PrivacyAmount(billionths: billionths - min(billionths, other.billionths))
    }

    /// The amount so many times, at most `unlimited`.
    public func times(_ count: UInt64) -> PrivacyAmount {
        let (product, overflow) = billionths.multipliedReportingOverflow(by: count)
        return overflow ? .unlimited : PrivacyAmount(billionths: product)
    }

    /// Whether `left` is smaller than `right`.
    public static func < (left: PrivacyAmount, right: PrivacyAmount) -> Bool { left.billionths < right.billionths }
}

extension PrivacyAmount: CustomStringConvertible {
    /// A decimal number without trailing zeros, as `init(decimal:)` reads it.
    public var description: String {
        let (ones, rest) = billionths.quotientAndRemainder(dividingBy: Self.scale)
        guard rest > 0 else { return "\(ones)" }
        let digits = String(rest)
        var fraction = String(repeating: "0", count: 9 - digits.utf8.count) + digits
        while fraction.last == "0" { fraction.removeLast() }
        return "\(ones).\(fraction)"
    }
}

extension PrivacyAmount {
    /// As a floating-point number, for what is shown.
    public var value: Double { Double(billionths) / Double(Self.scale) }
}
