import DAPHTTPClient
import DAPMessages
import DAPRoles
import HPKE
import MetricCatalog
import PrioCommand

/// What happens in a run: clients and collectors work while the aggregators are attacked; then there is peace, everything
/// is collected, and both aggregators end.
struct ChaosStory: Sendable {
    /// Seconds to wait for a batch at the end: longer than a lease, and than the longest pause between two attempts.
    private static let lastPatience: UInt64 = 300
    /// Seconds that clients and collectors wait for an answer.
    private static let patience = 10

    let assault: Assault
    let directory: ChaosDirectory
    let seed: UInt64
    let kills: Int
    let counters: Counters
    let findings: Findings
    let plant: Plant?

    /// Clients and collector of one metric.
    private struct Party: Sendable {
        let ledger: ReportLedger
        let clients: Clients
        let run: @Sendable (Switch) async -> Void
        let complete: @Sendable () async -> Void
    }

    func tell() async {
        let processes = [assault.leader.process, assault.helper.process]
        for process in processes { await process.start() }
        for process in processes where await !process.waitUntilReady() {
            findings.add("the \(process.name) does not get ready")
            return
        }
        do {
            try await HTTPTransport.use(HTTPTransport(timeout: Self.patience, connections: 16)) { transport in
                let parties = try ChaosMetric.allCases.map { try party(of: $0, transport) }
                let progress = Task { await showProgress(parties.map(\.ledger)) }
                await war(parties)
                for process in processes where await !process.waitUntilReady() {
                    findings.add("the \(process.name) is not ready at the end")
                }
                if !findings.areTooMany { await peace(parties) }
                progress.cancel()
                await progress.value
            }
        } catch {
            findings.add("\(CommandFailure(error).message)")
        }
        for process in processes { await process.terminate() }
    }

    private func war(_ parties: [Party]) async {
        let load = Switch()
        let collection = Switch()
        await withDiscardingTaskGroup { group in
            for party in parties {
                group.addTask { await party.clients.run(while: load) }
                group.addTask { await party.run(collection) }
            }
            await assault.run(kills: kills)
            for target in [assault.leader, assault.helper] { target.proxy.faults.turnOff() }
            for goesOn in [load, collection] { goesOn.turnOff() }
        }
    }

    private func peace(_ parties: [Party]) async {
        for party in parties { await party.ledger.endLoad() }
        await withDiscardingTaskGroup { group in
            for party in parties { group.addTask { await party.complete() } }
        }
        for party in parties {
            let totals = await party.ledger.totals
            counters.add("acknowledged", totals.acknowledged)
            counters.add("unacknowledged", totals.unacknowledged)
        }
    }

    private func party(of metric: ChaosMetric, _ transport: HTTPTransport) throws -> Party {
        let path = directory.files.catalog
        let task = try directory.catalog.task(
            of: directory.catalog.metric(orFailure: metric.rawValue, path: path), path: path)
        func dice(_ party: String) -> Dice { Dice(seed: seed, party: "\(party) of \(metric)") }
        let ledger = ReportLedger(metric: metric, dice: dice("ledger"), now: SystemClock().now())
        let clients = Clients(
            task: try ClientTask(configuration: task.configuration), ledger: ledger, transport: transport,
            dice: dice("clients"), counters: counters, findings: findings,
            plant: metric == .places ? plant : nil)
        let key = directory.files.collector.key
        let collector = Collector(
            task: try CollectorTask(
                configuration: task.configuration, hpkeConfig: task.collectorHpkeConfig,
                keyPair: HpkeKeyFile.load(key).key(of: task.collectorHpkeConfig, path: key)),
            token: try SecretFile.readLine(directory.files.collector.token), transport: transport,
            clock: SystemClock())
        switch metric.batchMode {
        case .timeInterval:
            let collection = WindowCollection(
                collector: collector, ledger: ledger, clients: clients, dice: dice("collector"), counters: counters,
                findings: findings)
            return Party(
                ledger: ledger, clients: clients, run: { await collection.run(while: $0) },
                complete: { await collection.complete(patience: Self.lastPatience) })
        case .leaderSelected:
            let collection = BatchCollection(
                collector: collector, ledger: ledger, counters: counters, findings: findings)
            return Party(
                ledger: ledger, clients: clients, run: { await collection.run(while: $0) },
                complete: { await collection.complete(patience: Self.lastPatience) })
        }
    }

    /// Says how far it is.
    private func showProgress(_ ledgers: [ReportLedger]) async {
        var progress = ProgressLine()
        while !Task.isCancelled {
            var acknowledged = 0
            for ledger in ledgers { acknowledged += await ledger.totals.acknowledged }
            progress.update(
                "\(counters["kills"]) of \(kills) kills, \(acknowledged) reports acknowledged, "
                    + "\(counters["counted"]) counted, \(findings.count) findings")
            try? await SystemClock().sleep(milliseconds: 200)
        }
        progress.clear()
    }
}
