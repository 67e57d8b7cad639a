public import DAPMessages
public import DAPRoles
public import DifferentialPrivacy
public import MetricCatalog

/// A released result of one window or one leader-selected batch: a line of the results file. It is whole there, also
/// where `CellSuppression` shows less of it.
public struct CollectedResult: Equatable, Sendable {
    /// The metric's name.
    public let metric: String
    /// The metric's task. After an edit that changes what is measured, it is another.
    public let taskID: TaskID
    /// The window that was asked for; of a leader-selected batch, the fewest windows that all of its reports are from.
    public let window: TimeWindow
    /// How many reports are in it.
    public let reportCount: UInt64
    /// The sum or sums; with noise, where noise is promised.
    public let value: AggregateValue
    /// Of a leader-selected batch, the ID of the collection job that it is the answer of: the last part of the job's
    /// URL, by which the same answer is recognised when it comes again.
    public let jobID: String?
    /// The fewest windows that all of its reports are from: those that the release is accounted for. Nil in files that
    /// do not say.
    public let reportWindows: TimeWindow?
    /// What was promised about it, and so what it cost; nil if nothing was.
    public let mechanism: PrivacyMechanism?

    /// A released result.
    public init(
        metric: String, taskID: TaskID, window: TimeWindow, reportCount: UInt64, value: AggregateValue,
        jobID: String? = nil, reportWindows: TimeWindow? = nil, mechanism: PrivacyMechanism? = nil
    ) {
        self.metric = metric
        self.taskID = taskID
        self.window = window
        self.reportCount = reportCount
        self.value = value
        self.jobID = jobID
        self.reportWindows = reportWindows
        self.mechanism = mechanism
    }

    /// The sums in order; one for count and sum.
    public var values: [Int128] { value.numbers }

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
        case metric, task, start, end, result, job, privacy
        case firstWindow = "first_window"
        case windows
        case timePrecision = "time_precision"
        case reportCount = "report_count"
        case firstReportWindow = "first_report_window"
        case reportWindows = "report_windows"
    }

    /// Reads a line of the results file.
    public init(from decoder: any Decoder) throws {
        let line = try decoder.container(keyedBy: Keys.self)
        metric = try line.decode(String.self, forKey: .metric)
        taskID = try TaskID(base64URL: line.decode(String.self, forKey: .task))
        window = try Self.window(in: line, first: .firstWindow, count: .windows)
        reportCount = try line.decode(UInt64.self, forKey: .reportCount)
        if let values = try? line.decode([Int128].self, forKey: .result) {
            value = .vector(values)
        } else {
            value = .integer(try line.decode(Int128.self, forKey: .result))
        }
        jobID = try line.decodeIfPresent(String.self, forKey: .job)
        reportWindows =
            line.contains(.firstReportWindow)
            ? try Self.window(in: line, first: .firstReportWindow, count: .reportWindows) : nil
        mechanism = try line.decodeIfPresent(ReleasePromise.self, forKey: .privacy)?.mechanism
    }

    private static func window(
        in line: KeyedDecodingContainer<Keys>, first: Keys, count: Keys
    ) throws -> TimeWindow {
        let window = TimeWindow(
            first: try line.decode(UInt64.self, forKey: first), count: try line.decode(UInt64.self, forKey: count),
            precision: try line.decode(UInt64.self, forKey: .timePrecision))
        guard let window else {
            throw DecodingError.dataCorruptedError(forKey: count, in: line, debugDescription: "no such window")
        }
        return window
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
        try line.encodeIfPresent(reportWindows?.first, forKey: .firstReportWindow)
        try line.encodeIfPresent(reportWindows?.count, forKey: .reportWindows)
        try line.encodeIfPresent(mechanism.map(ReleasePromise.init), forKey: .privacy)
    }
}

/// What was promised about a release, as the results file has it: the mechanism's word, and what one window costs in
/// billionths of ε (if there is one) and of ρ.
private struct ReleasePromise: Codable {
    let mechanism: PrivacyMechanism

    private enum Keys: String, CodingKey { case mechanism, epsilon, rho }

    init(_ mechanism: PrivacyMechanism) { self.mechanism = mechanism }

    init(from decoder: any Decoder) throws {
        let promise = try decoder.container(keyedBy: Keys.self)
        func amount(_ key: Keys) throws -> PrivacyAmount {
            PrivacyAmount(billionths: try promise.decode(UInt64.self, forKey: key))
        }
        switch try promise.decode(String.self, forKey: .mechanism) {
        case "laplace": mechanism = .laplace(epsilon: try amount(.epsilon))
        case "gaussian": mechanism = .gaussian(rho: try amount(.rho))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .mechanism, in: promise, debugDescription: "no such mechanism")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var promise = encoder.container(keyedBy: Keys.self)
        try promise.encode(mechanism.word, forKey: .mechanism)
        try promise.encodeIfPresent(mechanism.costPerWindow.epsilon?.billionths, forKey: .epsilon)
        try promise.encode(mechanism.costPerWindow.rho.billionths, forKey: .rho)
    }
}
