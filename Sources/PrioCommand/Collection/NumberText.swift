/// Numbers as programs read them.
enum NumberText {
    /// The shortest text that reads back as the same number, without `.0` behind a whole one. JSON has no infinite
    /// numbers and no NaN: these are `null`.
    static func text(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        return Int64(exactly: number).flatMap { $0.magnitude <= 1 << 53 ? "\($0)" : nil } ?? "\(number)"
    }
}
