import Foundation

extension BudgetStatement {
    /// The lines of the table. A metric's amounts are in the currency of its noise; the two last columns have what was
    /// given away in the currencies that every metric has.
    package func table() -> [String] {
        var rows = [
            ["METRIC", "NOISE", "WINDOW", "RELEASES", "SPENT", "RESERVED", "LEFT", "LIMIT", "SPENT ρ", "SPENT ε AT δ"]
        ]
        rows += metrics.map(Self.row)
        var lines = Self.lines(rows)
        if debits == nil { lines += ["", allMetricsLine] }
        if let debits { lines += [""] + Self.lines(of: debits) }
        return lines
    }

    private static func row(_ budget: MetricBudget) -> [String] {
        let isEpsilon = budget.lifetime.map { $0.currency == "epsilon" } ?? (budget.spent.epsilon != nil)
        return [
            budget.metric, budget.mechanism ?? "none", budget.window.map { amount($0, isEpsilon: isEpsilon) } ?? "–",
            "\(budget.releases)", amount(budget.spent, isEpsilon: isEpsilon),
            amount(budget.reserved, isEpsilon: isEpsilon), budget.lifetime.map { "\($0.symbol) \($0.left)" } ?? "–",
            budget.lifetime.map { "\($0.symbol) \($0.limit)" } ?? "–", "\(budget.spent.rho)",
            rounded(budget.spent),
        ]
    }

    private var allMetricsLine: String {
        let total = allMetrics
        var parts = [
            "ε \(total.spent.epsilon.map { "\($0)" } ?? "–")", "ρ \(total.spent.rho)",
            "ε \(Self.rounded(total.spent))",
        ]
        if total.reserved.rho > 0 {
            parts.append(
                "reserved ε \(total.reserved.epsilon.map { "\($0)" } ?? "–"), ρ \(total.reserved.rho)")
        }
        parts.append(
            total.limit.map { "\($0.symbol) \($0.left) is left of the catalog's \($0.symbol) \($0.limit)" }
                ?? "the catalog has no privacy_limit")
        return "All metrics together: " + parts.joined(separator: "; ")
    }

    private static func lines(of debits: [BudgetDebit]) -> [String] {
        guard !debits.isEmpty else { return ["Nothing was released."] }
        let rows = debits.map { debit in
            [
                debit.start, debit.end, "\(debit.windows)", both(debit.costPerWindow), both(debit.added), debit.taskID,
            ]
        }
        return lines([["FROM", "TO", "WINDOWS", "COST PER WINDOW", "ADDED", "TASK"]] + rows)
    }

    private static func amount(_ amounts: BudgetAmounts, isEpsilon: Bool) -> String {
        isEpsilon ? "ε \(amounts.epsilon.map { "\($0)" } ?? "–")" : "ρ \(amounts.rho)"
    }

    private static func both(_ amounts: BudgetAmounts) -> String {
        (amounts.epsilon.map { "ε \($0), " } ?? "") + "ρ \(amounts.rho)"
    }

    private static func rounded(_ amounts: BudgetAmounts) -> String {
        // Upwards, so as not to promise more; a whole number without ".0".
        let hundredths = Decimal((amounts.epsilonAtDelta * 100).rounded(.up)) / 100
        return "\(hundredths) at \(amounts.delta)"
    }

    /// Columns two spaces apart, each as wide as its longest text.
    private static func lines(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension BudgetLimit {
    /// The Greek letter of its currency.
    fileprivate var symbol: String { currency == "epsilon" ? "ε" : "ρ" }
}
