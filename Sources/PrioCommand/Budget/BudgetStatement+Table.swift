import Foundation

extension BudgetStatement {
    /// The lines of the table. A metric's amounts are in the currency of its noise; the two last columns have what was
    /// given away in the currencies that every metric has.
    package func table() -> [String] {
        var rows = [
            ["METRIC", "NOISE", "WINDOW", "RELEASES", "SPENT", "RESERVED", "LEFT", "LIMIT", "SPENT ρ", "SPENT ε AT δ"]
        ]
        rows += metrics.map { row($0) }
        var lines = Self.lines(rows) + marks
        if debits == nil { lines += ["", allMetricsLine] }
        if let debits { lines += [""] + Self.lines(of: debits) }
        return lines
    }

    private func row(_ budget: MetricBudget) -> [String] {
        let isEpsilon = budget.lifetime.map { $0.currency == "epsilon" } ?? (budget.spent.epsilon != nil)
        return [
            budget.metric, budget.mechanism ?? "none",
            budget.window.map { Self.amount($0, isEpsilon: isEpsilon) } ?? "–", "\(budget.releases)",
            Self.amount(budget.spent, isEpsilon: isEpsilon), Self.amount(budget.reserved, isEpsilon: isEpsilon),
            left(of: budget), budget.lifetime?.text(\.limit) ?? "–", "\(budget.spent.rho)", Self.rounded(budget.spent),
        ]
    }

    /// What is left of the metric's own limit, or with a mark of the catalog's where that covers less.
    private func left(of budget: MetricBudget) -> String {
        guard let lifetime = budget.lifetime else { return "–" }
        if budget.hasLostEpsilon { return "no ε" }
        guard let limit = allMetrics.limit, isNarrower(limit, than: lifetime, for: budget) else {
            return lifetime.text(\.left)
        }
        return limit.text(\.left) + Self.catalogMark
    }

    /// Behind an amount that the catalog's limit leaves.
    private static let catalogMark = "*"

    /// Whether the catalog's limit covers fewer windows of a metric than the metric's own.
    private func isNarrower(_ limit: BudgetLimit, than lifetime: BudgetLimit, for budget: MetricBudget) -> Bool {
        guard limit.currency != lifetime.currency else { return limit.left < lifetime.left }
        guard let window = budget.window, let limitCost = window.amount(in: limit.currency),
            let lifetimeCost = window.amount(in: lifetime.currency)
        else { return false }
        return limit.left * lifetimeCost < lifetime.left * limitCost
    }

    /// What explains the entries of the column LEFT.
    private var marks: [String] {
        var lines: [String] = []
        if metrics.contains(where: { left(of: $0).hasSuffix(Self.catalogMark) }) {
            let limit = allMetrics.limit?.text(\.limit) ?? ""
            lines.append(
                "\(Self.catalogMark): left of the catalog's privacy_limit, \(limit) for all metrics together; "
                    + "the metric's own limit leaves more")
        }
        for budget in metrics where budget.hasLostEpsilon {
            lines.append(
                "\(budget.metric) has no ε: Gaussian noise was released under this name; no limit in ε covers more")
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    private var allMetricsLine: String {
        let total = allMetrics
        var parts = ["spent \(Self.all(total.spent)), which is ε \(Self.rounded(total.spent))"]
        if total.reserved.rho > 0 { parts.append("reserved \(Self.all(total.reserved))") }
        parts.append(
            total.limit.map { "limit \($0.text(\.limit)) (the catalog's privacy_limit), left \($0.text(\.left))" }
                ?? "the catalog has no privacy_limit")
        return "All metrics together: " + parts.joined(separator: "; ")
    }

    /// In each currency that there is.
    private static func all(_ amounts: BudgetAmounts) -> String {
        (amounts.epsilon.map { "ε \($0) or " } ?? "") + "ρ \(amounts.rho)"
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
        return "\(hundredths) at δ \(amounts.delta)"
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
    /// One of its amounts, behind the Greek letter of its currency.
    fileprivate func text(_ amount: KeyPath<BudgetLimit, Decimal>) -> String {
        "\(currency == "epsilon" ? "ε" : "ρ") \(self[keyPath: amount])"
    }
}

extension BudgetAmounts {
    /// Nil where there is none in that currency.
    fileprivate func amount(in currency: String) -> Decimal? { currency == "epsilon" ? epsilon : rho }
}

extension MetricBudget {
    /// Whether its limit is in ε and what was released has none.
    fileprivate var hasLostEpsilon: Bool {
        lifetime?.currency == "epsilon" && (spent.epsilon == nil || reserved.epsilon == nil)
    }
}
