import DAPMessages
import DAPRoles
import PrioCommand

/// The collector of a time-interval metric: asks for each window until it is answered, and compares.
struct WindowCollection: Sendable {
    /// Windows asked for at the same time.
    private static let concurrent = 3
    /// Seconds to wait for a window while the aggregators are being killed.
    private static let patience: UInt64 = 15
    /// The share of the windows to which uploads go on while they are collected.
    private static let lateShare = 0.3

    let collector: Collector
    let ledger: ReportLedger
    let clients: Clients
    let dice: Dice
    let counters: Counters
    let findings: Findings

    private var name: String { ledger.metric.rawValue }

    /// Collects what is ready until it is told to stop.
    func run(while goesOn: Switch) async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<Self.concurrent {
                group.addTask {
                    while goesOn.isOn, !Task.isCancelled {
                        guard let window = await ledger.nextToCollect() else {
                            try? await SystemClock().sleep(milliseconds: 200)
                            continue
                        }
                        let isLate = dice.chance(Self.lateShare)
                        async let late: Void = isLate ? clients.uploadLate(to: window) : ()
                        let answer = await ask(for: window, patience: Self.patience)
                        await late
                        await take(answer, of: window)
                    }
                }
            }
        }
    }

    /// Collects everything that is left, and asks once more for all that was collected before.
    ///
    /// - Parameter patience: seconds to wait for each.
    func complete(patience: UInt64) async {
        for window in await ledger.uncollected { await clients.fill(window) }
        let earlier = await ledger.collected
        await withDiscardingTaskGroup { group in
            for _ in 0..<Self.concurrent {
                group.addTask {
                    while let window = await ledger.nextToCollect(), !Task.isCancelled {
                        let answer = await ask(for: window, patience: patience)
                        await take(answer, of: window)
                        if case .failure(let error) = answer {
                            findings.add(
                                "\(name) window \(window): cannot be collected: \(CommandFailure(error).message)")
                            return
                        }
                    }
                }
            }
        }
        for (window, result) in earlier where !Task.isCancelled {
            guard case .success(let again) = await ask(for: window, patience: patience) else {
                findings.add("\(name) window \(window): the second request is not answered")
                continue
            }
            if again != result {
                findings.add("\(name) window \(window): released twice, with \(result) and \(again)")
            }
        }
    }

    private func ask(for window: Int, patience: UInt64) async -> Result<CollectionResult, any Error> {
        let interval = Interval(start: Time(await ledger.number(of: window)), duration: Duration(1))
        let query = Query.timeInterval(TimeIntervalQueryConfig(batchInterval: interval))
        do {
            return .success(try await collector.collect(query, patience: patience).result)
        } catch {
            return .failure(error)
        }
    }

    private func take(_ answer: Result<CollectionResult, any Error>, of window: Int) async {
        switch answer {
        case .success(let result):
            counters.add("counted", Int(clamping: result.reportCount))
            counters.add("windows")
            for difference in await ledger.finish(window, result) {
                findings.add("\(name) window \(window): \(difference)")
            }
        case .failure(let error):
            await ledger.giveBack(window)
            switch error {
            case CollectionFailure.refused(let problem, let status):
                let acknowledged = await ledger.tally(of: window).acknowledgedCount
                // Too few were acknowledged: it is filled up at the end.
                let isSmall =
                    ProblemType(urn: problem.type) == .invalidBatchSize && acknowledged < ledger.metric.minimum
                if !isSmall {
                    findings.add(
                        "\(name) window \(window) with \(acknowledged) acknowledged reports: refused with status "
                            + "\(status): \(problem.type) \(problem.detail)")
                }
                try? await SystemClock().sleep(milliseconds: 1000)
            case CollectionFailure.unreadable(let reason): findings.add("\(name) window \(window): \(reason)")
            case is CollectionFailure: counters.add("collections tried again")
            default: if !Task.isCancelled { findings.add("\(name) window \(window): \(error)") }
            }
        }
    }
}
