import DAPMessages
import DAPRoles
import PrioCommand
import Synchronization

/// The collector of a leader-selected metric: takes one batch after another, and keeps what is in them.
final class BatchCollection: Sendable {
    private struct Kept {
        var counts: [UInt128]
        var results: [String: CollectionResult] = [:]
        var deleted: Set<String> = []
    }

    private let collector: Collector
    private let ledger: ReportLedger
    private let counters: Counters
    private let findings: Findings
    private let kept: Mutex<Kept>

    init(collector: Collector, ledger: ReportLedger, counters: Counters, findings: Findings) {
        self.collector = collector
        self.ledger = ledger
        self.counters = counters
        self.findings = findings
        kept = Mutex(Kept(counts: Array(repeating: 0, count: ledger.metric.buckets)))
    }

    private var name: String { ledger.metric.rawValue }

    /// Collects until it is told to stop.
    func run(while goesOn: Switch) async {
        while goesOn.isOn, !Task.isCancelled {
            if await !collectNext(patience: 10) { try? await SystemClock().sleep(milliseconds: 500) }
        }
    }

    /// Collects until fewer acknowledged reports are left than a batch has, and no more batch comes.
    ///
    /// - Parameter patience: seconds to wait for each.
    func complete(patience: UInt64) async {
        let clock = SystemClock()
        var deadline = clock.now() + patience
        while await deficit() >= ledger.metric.minimum, clock.now() < deadline, !Task.isCancelled {
            if await collectNext(patience: 10) {
                deadline = clock.now() + patience
            } else {
                try? await clock.sleep(milliseconds: 500)
            }
        }
        while !Task.isCancelled, await collectNext(patience: 5) {}
        let tally = await ledger.tally(of: 0)
        let missing = await deficit()
        counters.add("left over", missing)
        if missing >= ledger.metric.minimum {
            findings.add(
                "\(name): \(missing) acknowledged reports are in no batch; \(ledger.metric.minimum - 1) may be")
        }
        for line in tally.excess(in: kept.withLock(\.counts)) { findings.add("\(name): \(line)") }
    }

    private func deficit() async -> Int { await ledger.tally(of: 0).deficit(in: kept.withLock(\.counts)) }

    /// - Returns: whether there was a batch.
    private func collectNext(patience: UInt64) async -> Bool {
        do {
            let batch = try await collector.collect(
                .leaderSelected, patience: patience)
            guard let jobURL = batch.jobURL else {
                findings.add("\(name): a batch without a job")
                return false
            }
            keep(batch.result, of: jobURL)
            try await collector.delete(jobURL: jobURL)
            kept.withLock { _ = $0.deleted.insert(jobURL) }
            return true
        } catch CollectionFailure.refused(let problem, let status) {
            findings.add("\(name): refused with status \(status): \(problem.type) \(problem.detail)")
        } catch CollectionFailure.unreadable(let reason) {
            findings.add("\(name): \(reason)")
        } catch is CollectionFailure {
            counters.add("collections tried again")
        } catch {
            if !Task.isCancelled { findings.add("\(name): \(error)") }
        }
        return false
    }

    private func keep(_ result: CollectionResult, of jobURL: String) {
        let (earlier, wasDeleted) = kept.withLock { ($0.results[jobURL], $0.deleted.contains(jobURL)) }
        if let earlier {
            if wasDeleted { findings.add("\(name): a batch is given again although its job was deleted") }
            if earlier != result { findings.add("\(name): released twice, with \(earlier) and \(result)") }
            return
        }
        counters.add("counted", Int(clamping: result.reportCount))
        counters.add("batches")
        guard let counts = ledger.metric.counts(of: result.result, reportCount: result.reportCount) else {
            findings.add("\(name): \(result.reportCount) reports cannot add up to this: \(result.result)")
            return
        }
        kept.withLock { kept in
            kept.results[jobURL] = result
            kept.counts = zip(kept.counts, counts).map { $0 &+ $1 }
        }
    }
}
