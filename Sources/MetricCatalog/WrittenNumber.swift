/// Numbers as people and files write them, without the surprises of more generous parsers (hexadecimal, "nan").
enum WrittenNumber {
    /// Bytes of the longest decimal number that is looked at.
    static let longestDecimal = 400

    /// A whole number in decimal digits. One that does not fit becomes `UInt64.max`, which every caller's range
    /// excludes. Nil if `text` is none.
    static func whole(_ text: some StringProtocol) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy(isDigit) else { return nil }
        return UInt64(text) ?? .max
    }

    /// A decimal number such as `-2`, `0.5` or `1e3`, rounded to the nearest double, −0 to 0. Nil if `text` is none or
    /// the number is too large for a double.
    static func decimal(_ text: some StringProtocol) -> Double? {
        guard text.utf8.count <= longestDecimal, text.utf8.contains(where: isDigit),
            text.utf8.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) }),
            let number = Double(text), number.isFinite
        else { return nil }
        return number == 0 ? 0 : number
    }

    /// How many digits stand before the point and behind it in a number such as `12` or `0.5`. Nil if `text` is none.
    static func decimalDigits(in text: String) -> (whole: Int, fraction: Int)? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else { return nil }
        return (parts[0].count, parts.count == 2 ? parts[1].count : 0)
    }

    /// 9 for `1e-9` and for `0.000000001`, 1 to 255. Nil for anything else.
    static func negativePowerOfTen(_ text: String) -> UInt8? {
        if text.hasPrefix("1e-") {
            let digits = text.utf8.dropFirst(3)
            guard digits.allSatisfy(isDigit), digits.first != UInt8(ascii: "0") else { return nil }
            return UInt8(String(decoding: digits, as: UTF8.self))
        }
        let digits = text.utf8.dropFirst(2)
        guard text.hasPrefix("0."), digits.last == UInt8(ascii: "1"),
            digits.dropLast().allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return nil }
        return UInt8(exactly: digits.count)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
