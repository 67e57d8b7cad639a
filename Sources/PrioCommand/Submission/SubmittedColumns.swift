public import MetricCatalog

extension Metric {
    /// Checks that a value can be made of so many columns: several are one option.
    ///
    /// - Throws: `CommandFailure` `usage`.
    public func checkColumns(_ count: Int) throws(CommandFailure) {
        switch type {
        case .choice, .choices: return
        case .count, .sum, .histogram, .vector:
            guard count > 1 else { return }
            throw CommandFailure(
                .usage, "several columns make one option of a choice, and \(name) is a \(type.word)",
                hint: "name one --column")
        }
    }
}
