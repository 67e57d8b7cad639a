public import DAPMessages
public import MetricCatalog
public import VDAF

/// A released result of one window or one leader-selected batch: a line of the results file, and what is shown.
public struct CollectedResult: Equatable, Sendable {
    /// The metric's name.
    public let metric: String
    /// The metric's task. After an edit that changes what is measured, it is another.
    public let taskID: TaskID
    /// The window that was asked for; of a leader-selected batch, the fewest windows that all of its reports are from.
    public let window: TimeWindow
    /// How many reports are in it.
    public let reportCount: UInt64
    /// The sum or sums.
    public let value: Prio3AggregateResult
    /// Of a leader-selected batch, the ID of the collection job that it is the answer of: the last part of the job's
    /// URL, by which the same answer is recognised when it comes again.
    public let jobID: String?

    /// A released result.
    public init(
        metric: String, taskID: TaskID, window: TimeWindow, reportCount: UInt64, value: Prio3AggregateResult,
        jobID: String? = nil
    ) {
        self.metric = metric
        self.taskID = taskID
        self.window = window
        self.reportCount = reportCount
        self.value = value
        self.jobID = jobID
    }

    /// The sums in order; one for count and sum.
    public var values: [UInt128] {
        switch value {
        case .integer(let value): [value]
        case .vector(let values): values
        }
    }

    /// Checks that the result has the form that the metric's results have.
    ///
    /// - Throws: `CommandFailure` `badData`.
    public func checkForm(of metric: Metric) throws(CommandFailure) {
        let fits =
            switch (metric.type, value) {
            case (.count, .integer), (.sum, .integer): true
            case (.histogram, .vector(let values)), (.choice, .vector(let values)), (.choices, .vector(let values)):
                values.count == metric.labels?.count
            case (.vector(let length, _), .vector(let values)): values.count == length
            default: false
            }
        guard fits else {
            throw CommandFailure(.badData, "the result of \(window.text) is not one of the metric \(metric.name)")
        }
    }
}

extension CollectedResult: Codable {
    private enum Keys: String, CodingKey {
        case metric, task, start, end, result, job
        case firstWindow = "first_window"
        case windows
        case timePrecision = "time_precision"
        case reportCount = "report_count"
    }

    /// Reads a line of the results file.
    public init(from decoder: any Decoder) throws {
        let line = try decoder.container(keyedBy: Keys.self)
        metric = try line.decode(String.self, forKey: .metric)
        taskID = try TaskID(base64URL: line.decode(String.self, forKey: .task))
        guard
            let window = TimeWindow(
                first: try line.decode(UInt64.self, forKey: .firstWindow),
                count: try line.decode(UInt64.self, forKey: .windows),
                precision: try line.decode(UInt64.self, forKey: .timePrecision))
        else { throw DecodingError.dataCorruptedError(forKey: .windows, in: line, debugDescription: "no such window") }
        self.window = window
        reportCount = try line.decode(UInt64.self, forKey: .reportCount)
        if let values = try? line.decode([UInt128].self, forKey: .result) {
            value = .vector(values)
        } else {
            value = .integer(try line.decode(UInt128.self, forKey: .result))
        }
        jobID = try line.decodeIfPresent(String.self, forKey: .job)
    }

    /// Writes a line of the results file. `start` and `end` are for people: the window is in the numbers.
    public func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: Keys.self)
        try line.encode(metric, forKey: .metric)
        try line.encode(taskID.description, forKey: .task)
        try line.encode(Timestamp(posixSeconds: window.start).description, forKey: .start)
        try line.encode(Timestamp(posixSeconds: window.end).description, forKey: .end)
        try line.encode(window.first, forKey: .firstWindow)
        try line.encode(window.count, forKey: .windows)
        try line.encode(window.precision, forKey: .timePrecision)
        try line.encode(reportCount, forKey: .reportCount)
        switch value {
        case .integer(let value): try line.encode(value, forKey: .result)
        case .vector(let values): try line.encode(values, forKey: .result)
        }
        try line.encodeIfPresent(jobID, forKey: .job)
    }
}
