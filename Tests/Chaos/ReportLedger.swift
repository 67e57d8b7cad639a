import DAPRoles

/// Which reports of one metric were uploaded, and what became of them.
///
/// ```
/// open ── full, or the end of the load ──▶ retired ──▶ collecting ──▶ collected
///                                             ▲            │ not ready, no answer
///                                             └────────────┘
/// ```
/// A window is collected when all uploads to it have come to an end, except those that are late on purpose. A
/// leader-selected metric has one window, which is never retired.
actor ReportLedger {
    /// Windows that take reports at the same time, beside the one that stays open.
    private static let openWindows = 2
    /// Windows of a metric: a week of minutes, all younger than the reports that aggregators drop.
    private static let mostWindows = 10_000

    /// Reports on their way: one request.
    struct Upload: Sendable {
        let window: Int
        let buckets: [Int]
        let measurements: [TimedMeasurement]
    }

    fileprivate enum State {
        case open, retired, collecting
        case collected(CollectionResult)
    }

    fileprivate struct Window {
        let number: UInt64
        var tally: Tally
        var state = State.open
        var given = 0
        var inFlight = 0
    }

    nonisolated let metric: ChaosMetric
    private let dice: Dice
    private let present: UInt64
    private var windows: [Window]
    private var isLoadOver = false
    private(set) var rejectedCount = 0

    /// - Parameter now: POSIX seconds; the windows are this minute and those before.
    init(metric: ChaosMetric, dice: Dice, now: UInt64) {
        self.metric = metric
        self.dice = dice
        present = now / ChaosMetric.timePrecision
        windows = [Window(number: present, tally: Tally(buckets: metric.buckets))]
    }

    private func addWindow() {
        guard windows.count < Self.mostWindows else { return }
        windows.append(Window(number: present - UInt64(windows.count), tally: Tally(buckets: metric.buckets)))
    }
}

/// Uploads.
extension ReportLedger {
    /// Takes reports for an upload into a window that is open; nil when there is none any more.
    func begin(upTo most: Int) -> Upload? {
        if metric.batchMode == .timeInterval {
            while windows.count(where: \.isOpen) <= Self.openWindows, windows.count < Self.mostWindows { addWindow() }
        }
        let open = windows.indices.filter { windows[$0].isOpen }
        guard !isLoadOver, !open.isEmpty else { return nil }
        let window = dice.element(of: open)
        let isEndless = metric.batchMode == .leaderSelected || (window == 0 && metric == .answers)
        let room = isEndless ? most : metric.windowCapacity - windows[window].given
        let upload = take(min(most, room), from: window)
        if !isEndless, windows[window].given >= metric.windowCapacity { windows[window].state = .retired }
        return upload
    }

    /// Takes a few reports for a window whatever its state: they come late. Nil if it has no bucket left.
    func beginLate(_ count: Int, in window: Int) -> Upload? {
        let room = metric == .places ? metric.buckets - windows[window].given - metric.minimum : count
        return room > 0 ? take(min(count, room), from: window) : nil
    }

    /// Takes as many reports as a window lacks to the minimum; nil if it lacks none.
    func beginFilling(_ window: Int) -> Upload? {
        let missing = metric.minimum - windows[window].tally.acknowledgedCount
        let room = metric == .places ? metric.buckets - windows[window].given : missing
        return missing > 0 && room > 0 ? take(min(missing, room), from: window) : nil
    }

    /// An upload has come to its end.
    func end(_ upload: Upload, _ fates: [ReportFate]) {
        for (bucket, fate) in zip(upload.buckets, fates) {
            windows[upload.window].tally.add(fate, bucket: bucket)
            if case .rejected = fate { rejectedCount += 1 }
        }
        windows[upload.window].inFlight -= 1
    }

    private func take(_ count: Int, from window: Int) -> Upload {
        let given = windows[window].given
        let buckets = (given..<given + count).map { metric == .places ? $0 : dice.whole(0...metric.buckets - 1) }
        windows[window].given += count
        windows[window].inFlight += 1
        let start = windows[window].number * ChaosMetric.timePrecision
        let measurements = buckets.map { bucket in
            TimedMeasurement(
                metric.measurement(bucket: bucket),
                posixSeconds: start + UInt64(dice.whole(0...Int(ChaosMetric.timePrecision) - 1)))
        }
        return Upload(window: window, buckets: buckets, measurements: measurements)
    }
}

/// Collections.
extension ReportLedger {
    /// No more uploads begin; every window with reports is to be collected.
    func endLoad() {
        isLoadOver = true
        guard metric.batchMode == .timeInterval else { return }
        for window in windows.indices where windows[window].isOpen { windows[window].state = .retired }
    }

    /// A window that is to be collected; it is the caller's until it is given back or collected.
    func nextToCollect() -> Int? {
        let window = windows.indices.first { index in
            guard case .retired = windows[index].state else { return false }
            return windows[index].inFlight == 0 && windows[index].given > 0
        }
        if let window { windows[window].state = .collecting }
        return window
    }

    /// The windows that are not collected and have reports.
    var uncollected: [Int] {
        windows.indices.filter { index in
            if case .collected = windows[index].state { return false }
            return windows[index].given > 0
        }
    }

    /// The windows that are collected, with their results.
    var collected: [(window: Int, result: CollectionResult)] {
        windows.indices.compactMap { index in
            guard case .collected(let result) = windows[index].state else { return nil }
            return (index, result)
        }
    }

    /// The unit of time precision that a window is.
    func number(of window: Int) -> UInt64 { windows[window].number }

    /// The reports of a window.
    func tally(of window: Int) -> Tally { windows[window].tally }

    /// The reports of all windows together.
    var totals: (acknowledged: Int, unacknowledged: Int) {
        windows.reduce((0, 0)) { ($0.0 + $1.tally.acknowledgedCount, $0.1 + $1.tally.unacknowledgedCount) }
    }

    /// The window could not be collected and is to be tried again.
    func giveBack(_ window: Int) { windows[window].state = .retired }

    /// The window is collected.
    ///
    /// - Returns: what is wrong with its result.
    func finish(_ window: Int, _ result: CollectionResult) -> [String] {
        windows[window].state = .collected(result)
        guard let counts = metric.counts(of: result.result, reportCount: result.reportCount) else {
            return ["\(result.reportCount) reports cannot add up to this: \(result.result)"]
        }
        return windows[window].tally.differences(from: counts)
    }
}

extension ReportLedger.Window {
    fileprivate var isOpen: Bool {
        if case .open = state { return true }
        return false
    }
}
