import DAPMessages

/// Who was told what of each report, and what results may say of it.
struct ReportLedger {
    struct Entry {
        /// Its histogram bucket.
        let number: Int
        let isSound: Bool
        /// In units of the task's precision.
        let time: Time
        /// The helper's key it is sealed to.
        let helperConfigID: HpkeConfigID
        /// The leader has said that it accepted it.
        var isAccepted = false
        /// The leader was asked and nobody knows what came of it.
        var isUncertain = false
        /// It may be missing from the results although it was accepted: it was changed on the way, or the helper's key is
        /// gone.
        var mayBeMissing = false
    }

    private(set) var entries: [ReportID: Entry] = [:]
    private(set) var totals: [Int128]
    /// Reports that share the last bucket.
    private(set) var fillers = 0
    private var retiredHelperKeys: Set<HpkeConfigID> = []

    init(buckets: Int) { totals = [Int128](repeating: 0, count: buckets) }

    /// The bucket of reports that only make batches large enough.
    var fillerNumber: Int { totals.count - 1 }

    /// The sound accepted reports that are in no result, in order.
    ///
    /// - Parameter isExcused: whether a report, by ID and time, need not be.
    func uncollected(isExcused: (ReportID, Time) -> Bool) -> [Entry] {
        entries
            .filter { id, entry in
                entry.isAccepted && !isFiller(entry) && !mayBeMissing(entry) && totals[entry.number] == 0
                    && !isExcused(id, entry.time)
            }
            .values.sorted { $0.number < $1.number }
    }

    /// The units of time with sound reports that may be stored and are in no result, in order.
    var uncollectedTimes: [Time] {
        let open = entries.values.filter { $0.isSound && ($0.isAccepted || $0.isUncertain) && totals[$0.number] == 0 }
        return Set(open.map(\.time)).sorted()
    }

    /// The ID of a report that was accepted.
    func acceptedID(of number: Int) -> ReportID? {
        entries.first { $0.value.number == number && $0.value.isAccepted }?.key
    }

    func number(of id: ReportID) -> Int? { entries[id]?.number }

    /// A client is about to send a report.
    mutating func note(_ report: Report, number: Int, isSound: Bool) {
        let metadata = report.metadata
        guard entries[metadata.reportID] == nil else { return }
        entries[metadata.reportID] = Entry(
            number: number, isSound: isSound, time: metadata.time,
            helperConfigID: report.helperEncryptedInputShare.configID)
    }

    mutating func mayBeMissing(_ id: ReportID) { entries[id]?.mayBeMissing = true }

    mutating func retire(helperKey: HpkeConfigID) { retiredHelperKeys.insert(helperKey) }

    /// The leader has handled a request with the report.
    ///
    /// - Parameter outcome: nil when nobody knows.
    mutating func handled(_ id: ReportID, isAccepted: Bool?) throws {
        guard let entry = entries[id] else {
            if isAccepted == true { throw SimulationViolation(law: .accepted, detail: "a report that nobody made") }
            return
        }
        switch isAccepted {
        case true?:
            if entry.isAccepted {
                throw SimulationViolation(law: .replay, detail: "report \(entry.number) was accepted twice")
            }
            entries[id]?.isAccepted = true
            if entry.number == fillerNumber { fillers += 1 }
        case false?: break
        case nil: entries[id]?.isUncertain = true
        }
    }

    /// A result was released.
    mutating func add(_ numbers: [Int128], reportCount: UInt64) throws {
        guard numbers.count == totals.count, numbers.reduce(0, { $0 &+ $1 }) == Int128(reportCount) else {
            throw SimulationViolation(
                law: .counted, detail: "a result of \(reportCount) reports has the buckets \(numbers)")
        }
        for (bucket, count) in numbers.enumerated() { totals[bucket] += count }
        try checkCounts()
    }

    /// No report is counted that should not be, or twice.
    private func checkCounts() throws {
        var most = [Int128](repeating: 0, count: totals.count)
        for entry in entries.values where entry.isSound && (entry.isAccepted || entry.isUncertain) {
            most[entry.number] += 1
        }
        for number in totals.indices where totals[number] > most[number] {
            throw SimulationViolation(
                law: .counted, detail: "bucket \(number) is \(totals[number]), and at most \(most[number]) can be in it"
            )
        }
    }

    /// Every accepted report is counted.
    ///
    /// - Parameters:
    ///   - fillersToo: whether those that share a bucket are all collected too.
    ///   - isExcused: whether a report, by ID and time, need not be.
    func checkComplete(fillersToo: Bool, isExcused: (ReportID, Time) -> Bool) throws {
        let missing = uncollected(isExcused: isExcused)
        guard missing.isEmpty else {
            throw SimulationViolation(
                law: .accepted, detail: "accepted and in no result: \(missing.map(\.number)), of \(missing[0].time)")
        }
        if fillersToo, !entries.values.contains(where: { isFiller($0) && (mayBeMissing($0) || $0.isUncertain) }),
            totals[fillerNumber] != Int128(fillers)
        {
            throw SimulationViolation(
                law: .accepted, detail: "\(fillers) fillers were accepted, \(totals[fillerNumber]) counted")
        }
    }

    private func isFiller(_ entry: Entry) -> Bool { entry.number == fillerNumber }

    private func mayBeMissing(_ entry: Entry) -> Bool {
        entry.mayBeMissing || !entry.isSound || retiredHelperKeys.contains(entry.helperConfigID)
    }
}
