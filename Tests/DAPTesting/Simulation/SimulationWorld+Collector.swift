import DAPMessages
import DAPRoles
import Synchronization
import VDAF

/// What the collector knows.
struct CollectionRecord {
    /// Intervals that it asked for and has no result of: a late request may still begin, or have begun, a job.
    var asked: [Interval] = []
    /// Released intervals, or jobs of a leader-selected task, with their results.
    var intervals: [Interval: CollectionResult] = [:]
    var selected: [String: CollectionResult] = [:]
    var jobsWithResults: Set<String> = []
    /// The leader's answers, by the URL of their job, also when nobody got them.
    var answers: [String: [UInt8]] = [:]

    func covers(_ time: Time) -> Bool { intervals.keys.contains { $0.contains(time) } }
}

/// The jobs that the collector knows of, in the order in which it learned of them.
final class JobURLs: Sendable {
    private let urls = Mutex<[String]>([])

    func note(_ url: String) { urls.withLock { if !$0.contains(url) { $0.append(url) } } }
    func forget(_ url: String) { urls.withLock { $0.removeAll { $0 == url } } }

    /// - Parameter index: 0 is the latest.
    func latest(_ index: Int) -> String? {
        urls.withLock { urls in
            urls.indices.contains(urls.count - 1 - index) ? urls[urls.count - 1 - index] : nil
        }
    }
}

/// What became of asking for a batch.
enum CollectionEnd: Equatable {
    case released
    /// The leader said no, with a problem's type.
    case refused(String)
    /// There was no answer in time.
    case pending
}

extension SimulationWorld {
    private var collector: Collector {
        Collector(
            task: task.collector, token: keys.collectorToken,
            transport: SimulatedNetwork(world: self, sender: .collector), clock: clock(.collector))
    }

    /// Asks for a batch and keeps the answer.
    ///
    /// - Parameter interval: nil for the next leader-selected batch.
    func collect(_ interval: Interval?, patience: UInt64) async -> CollectionEnd {
        let query: Query = interval.map { .timeInterval(TimeIntervalQueryConfig(batchInterval: $0)) } ?? .leaderSelected
        if let interval, !collections.asked.contains(interval) { collections.asked.append(interval) }
        do {
            let batch = try await collector.collect(query, patience: patience) { [jobURLs] in jobURLs.note($0) }
            keep(batch, interval: interval)
            collections.asked.removeAll { $0 == interval }
            if let url = batch.jobURL, interval == nil { await delete(url) }
            return .released
        } catch CollectionFailure.refused(let problem, _) {
            record("refused", problem.type)
            if problem.type == PrivacyBudgetProblem.type { checkBudgetProblem(interval) }
            return .refused(problem.type)
        } catch CollectionFailure.unreadable(let reason) {
            if !isTampered { fail(.noOtherError, "a result is unreadable: \(reason)") }
            return .refused("unreadable")
        } catch is CollectionFailure {
            return .pending
        } catch {
            fail(.noOtherError, "a collection: \(error)")
            return .pending
        }
    }

    private func keep(_ batch: CollectedBatch, interval: Interval?) {
        let result = batch.result
        record("released", "\(result.reportCount)")
        if let url = batch.jobURL { collections.jobsWithResults.insert(url) }
        let earlier = interval.map { collections.intervals[$0] } ?? batch.jobURL.flatMap { collections.selected[$0] }
        if let earlier {
            if earlier != result { fail(.sameAnswer, "the collector got two results for one batch") }
            return
        }
        let hull = AccountWitness.Hull(first: result.interval.start.value, count: result.interval.duration.value)
        if !account(.leader).released.contains(hull), !isTampered {
            fail(.debited, "the collector got \(result.interval), which the leader did not give out")
        }
        if result.reportCount < settings.minBatchSize { fail(.minimum, "\(result.reportCount) reports were released") }
        if let interval {
            if let other = collections.intervals.keys.first(where: { $0.intersects(interval) }) {
                fail(.collectedOnce, "\(interval) was released, and \(other) before")
            }
            collections.intervals[interval] = result
        } else if let url = batch.jobURL {
            collections.selected[url] = result
        }
        guard case .vector(let numbers) = result.result else { return fail(.counted, "a result is no histogram") }
        check { try ledger.add(numbers, reportCount: result.reportCount) }
    }

    // MARK: - Deletion

    func deleteCollection(_ index: Int) async {
        guard let url = jobURLs.latest(index) else { return }
        if collections.jobsWithResults.contains(url) { return await delete(url) }
        // Who deletes a job whose answer is there and not yet seen has lost the batch, and nobody can help it.
        guard let last = url.split(separator: "/").last,
            let id = try? CollectionJobID(base64URL: String(last)),
            (try? await bases[.leader]?.collectionJob(task: task.id, id: id)) == .pending
        else { return }
        frames.append(Frame(faults: []))
        let delete = TransportRequest(.delete, url, token: keys.collectorToken)
        let response = try? await deliver(delete, to: .leader)
        frames.removeLast()
        if response?.isSuccess == true { jobURLs.forget(url) }
    }

    private func delete(_ url: String) async {
        do {
            try await collector.delete(jobURL: url)
        } catch is CollectionFailure {
        } catch {
            fail(.noOtherError, "a deletion: \(error)")
        }
    }
}

extension Interval {
    func intersects(_ other: Interval) -> Bool { contains(other.start) || other.contains(start) }
}
