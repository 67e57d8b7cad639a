extension Simulation: CustomStringConvertible {
    /// The settings and the steps, one a line.
    public var description: String {
        var lines = [settings.description]
        for (number, step) in steps.enumerated() { lines.append("\(number + 1). \(step)") }
        return lines.joined(separator: "\n")
    }
}

extension SimulationSettings: CustomStringConvertible {
    /// In one line.
    public var description: String {
        let mode =
            isLeaderSelected
            ? "leader-selected, target \(batchTargetSize), age \(batchMaximumAge) s" : "time intervals"
        let jobs = "jobs of \(minimumJobSize) to \(maximumJobSize.map(String.init) ?? "the limit")"
        return
            "seed \(seed): \(conduct.rawValue); \(mode); minimum \(minBatchSize); units of \(timePrecision) s; \(jobs)"
            + (isDeferred ? "; the helper answers later" : "") + (privacy.map { "; \($0)" } ?? "")
    }
}

extension SimulatedPrivacy: CustomStringConvertible {
    /// The noise and the limits, in what one window alone costs.
    public var description: String {
        let limit =
            switch catalog {
            case .epsilon(let windows)?: ", catalog \(windows) of ε"
            case .rho(let windows)?: ", catalog \(windows) of ρ"
            case nil: ""
            }
        return "\(noise.rawValue), lifetime \(lifetime)" + limit
    }
}

extension SimulationStep: CustomStringConvertible {
    /// The operation, and its faults.
    public var description: String {
        faults.isEmpty ? "\(operation)" : "\(operation)" + faults.map { " ! \($0)" }.joined()
    }
}

extension SimulatedReport: CustomStringConvertible {
    /// Its number, its age, and what is wrong with it.
    public var description: String {
        "#\(number)" + (age == 0 ? "" : " (\(age) s old)") + (flaw.map { " (\($0))" } ?? "")
    }
}
