/// The length of a window as a catalog writes it.
enum WindowLength {
    private static let units: [(letter: Character, seconds: UInt64)] = [
        ("w", 7 * 86_400), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// The seconds of a number with a unit's letter behind it, or of a number alone. A length that does not fit becomes
    /// `UInt64.max`. Nil if `text` is none.
    static func seconds(in text: String) -> UInt64? {
        let unit = units.first { text.hasSuffix(String($0.letter)) }
        guard let number = WrittenNumber.whole(text.dropLast(unit == nil ? 0 : 1)) else { return nil }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: unit?.seconds ?? 1)
        return overflow ? .max : seconds
    }

    /// `seconds` in the largest unit that divides it.
    static func text(_ seconds: UInt64) -> String {
        guard let unit = units.first(where: { seconds >= $0.seconds && seconds.isMultiple(of: $0.seconds) }) else {
            return "\(seconds)"
        }
        return "\(seconds / unit.seconds)\(unit.letter)"
    }
}
