/// Columns of text: the first to the left, the numbers behind it to the right, the last as it is.
enum TextTable {
    /// - Parameter rows: of equal length, at least 2 columns.
    static func lines(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).min() ?? 0
        guard columns > 1 else { return rows.map { $0.joined() } }
        let widths = (0..<columns).map { column in rows.map { TextWidth.of($0[column]) }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for column in 0..<columns {
                let padding = String(repeating: " ", count: widths[column] - TextWidth.of(row[column]))
                switch column {
                case 0: line += row[column] + padding
                case columns - 1: line += "  " + row[column]
                default: line += "  " + padding + row[column]
                }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

/// How many columns of a terminal a text takes.
enum TextWidth {
    /// Most scripts take one column a character; those of East Asia, and pictures, two.
    static func of(_ text: String) -> Int {
        text.reduce(0) { width, character in
            width + (character.unicodeScalars.contains { isWide($0.value) } ? 2 : 1)
        }
    }

    private static func isWide(_ scalar: UInt32) -> Bool { wide.contains { $0.contains(scalar) } }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
        0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd,
    ]
}

/// Bars of block characters, drawn to an eighth of a character.
enum Bar {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// A bar for `value`, the widest for `largest`. What is not nothing is seen; below zero there is
    /// nothing to draw.
    static func text(_ value: Int128, of largest: Int128) -> String {
        guard value > 0, largest > 0 else { return "" }
        // Doubles are exact enough for a bar, and know no overflow.
        let share = min(Double(value) / Double(largest), 1)
        let length = max(Int((share * Double(ResultTable.barWidth * 8)).rounded()), 1)
        return String(repeating: "█", count: length / 8) + eighths[length % 8]
    }
}

/// Shares in percent with one decimal.
enum Percentage {
    static func text(_ value: Int128, of whole: UInt64) -> String {
        guard whole > 0 else { return "–" }
        return text(Double(value) / Double(whole))
    }

    /// - Parameter share: a fraction of 1.
    static func text(_ share: Double) -> String { "\(DecimalText.text(100 * share, decimals: 1)) %" }
}

/// Numbers with a fixed count of decimals, without an exponent.
enum DecimalText {
    static func text(_ number: Double) -> String { text(number, decimals: 2) }

    /// A whole number.
    static func whole(_ number: Double) -> String {
        number.magnitude < 0x1p63 ? "\(Int64(number.rounded()))" : "\(number)"
    }

    /// The half width of an interval: what is too small for two decimals is not shown as nothing.
    static func error(_ halfWidth: Double) -> String {
        halfWidth > 0 && halfWidth < 0.01 ? "<0.01" : text(halfWidth)
    }

    static func text(_ number: Double, decimals: Int) -> String {
        let scale = decimals == 1 ? 10.0 : 100.0
        let scaled = (number.magnitude * scale).rounded()
        // Beyond this a double has no decimals to show.
        guard scaled < 0x1p63 else { return "\(number)" }
        let whole = UInt64(scaled)
        let fraction = String(whole % UInt64(scale) + UInt64(scale)).dropFirst()
        return "\(number < 0 && whole > 0 ? "-" : "")\(whole / UInt64(scale)).\(fraction)"
    }
}
