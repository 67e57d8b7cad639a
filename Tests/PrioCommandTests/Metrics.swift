import DAPMessages
import DAPRoles
import HPKE
import MetricCatalog
import PrioCommand

/// Metrics of every type, windows of a day.
enum Metrics {
    static let yaml = """
        min_batch_size: 10
        time_precision: 1d
        suppress_below: 0
        metrics:
          - {name: ill, title: Ill, description: d, type: count}
          - {name: visits, title: Visits, description: d, unit: visits, type: sum, max: 100}
          - {name: ages, title: Ages, description: d, type: histogram, edges: [0, 10, 20]}
          - {name: mood, title: Mood, description: d, type: choice, options: [good, bad, "1/so-so"]}
          - {name: pets, title: Pets, description: d, type: choices, options: [cat, dog, cow], at_most: 2}
          - {name: hours, title: Hours, description: d, type: vector, length: 2, max: 9}
          - {name: queue, title: Queue, description: d, unit: min, type: sum, max: 9, batch_mode: leader-selected}
          - {name: tea, title: Tea, description: d, type: choice, options: [a/green, a/black, b/green, b/black, b/none]}
          - {name: few, title: Few, description: d, type: choice, options: [x, y, z], suppress_below: 10}
          - {name: rare, title: Rare, description: d, type: count, suppress_below: 10}
          - {name: bands, title: Bands, description: d, type: histogram, edges: [0, 10], suppress_below: 10}
          - {name: sick, title: Sick, description: d, type: count, privacy: {epsilon: 1, lifetime: 30}}
          - {name: years, title: Years, description: d, type: histogram, edges: [0, 10], privacy: {epsilon: 1, lifetime: 30}}
          - {name: steps, title: Steps, description: d, unit: km, type: vector, length: 2, max: 9, privacy: {rho: 0.5, lifetime: 10}}
          - {name: calls, title: Calls, description: d, unit: calls, type: sum, max: 2, privacy: {epsilon: 1, lifetime: 30}}
          - {name: march, title: March, description: d, type: count, starts: 2026-03-01T00:00:00Z, ends: 2026-04-01T00:00:00Z}
        """

    static func metric(_ name: String) throws -> Metric {
        guard let metric = try Catalog(yaml: yaml).metric(named: name) else { throw NoSuchMetric() }
        return metric
    }

    struct NoSuchMetric: Error {}

    /// Seconds of a day.
    static let day: UInt64 = 86_400

    static func window(_ first: UInt64, _ count: UInt64 = 1) throws -> TimeWindow {
        guard let window = TimeWindow(first: first, count: count, precision: day) else { throw NoSuchMetric() }
        return window
    }

    static func task(_ byte: UInt8) throws -> TaskID { try TaskID([UInt8](repeating: byte, count: 32)) }

    static func result(
        _ metric: String, _ window: TimeWindow, reports: UInt64, _ value: AggregateValue, jobID: String? = nil
    ) throws -> CollectedResult {
        CollectedResult(
            metric: metric, taskID: try task(1), window: window, reportCount: reports, value: value, jobID: jobID)
    }
}

enum MetricCatalogText {
    static func metric(_ name: String, _ yaml: String) throws -> Metric? { try Catalog(yaml: yaml).metric(named: name) }
}
