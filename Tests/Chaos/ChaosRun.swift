import DAPHTTPClient
import PrioCommand

/// A whole run: everything is set up, attacked, left alone, collected and compared.
struct ChaosRun: Sendable {
    /// MiB of each aggregator's disk, and more for each kill.
    private static let diskSize = 64
    private static let diskSizeForKill = 0.4
    /// Seconds that a run may take, and more for each kill.
    private static let timeLimit: UInt64 = 900
    private static let timeLimitForKill: UInt64 = 10
    /// Ports to choose from: below those that the system gives to outgoing connections, so that nobody else has one while
    /// its aggregator is down.
    private static let ports = 20_000...32_000

    let kills: Int
    let seed: UInt64
    /// An existing empty directory.
    let directory: String
    /// A defect for a check of the checker.
    let plant: Plant?
    let counters = Counters()
    let findings = Findings()

    private let clock = SystemClock()

    init(kills: Int, seed: UInt64, directory: String, plant: Plant?) {
        self.kills = kills
        self.seed = seed
        self.directory = directory
        self.plant = plant
    }

    /// Runs to the end, or until the surrounding task is cancelled; nothing that it started is left behind.
    ///
    /// - Throws: when it cannot even begin.
    func run() async throws -> ChaosSummary {
        let started = clock.now()
        let program = try ProgramDirectory.path(of: "prio-aggregator")
        let (leaderPort, helperPort) = try Self.freePorts(dice("ports"))
        let leaderProxy = try await FaultyProxy(
            before: leaderPort, dice: dice("leader's proxy"), counters: Counters())
        let helperProxy = try await FaultyProxy(
            before: helperPort, dice: dice("helper's proxy"), counters: Counters())
        let directory = try ChaosDirectory(
            self.directory,
            ports: .init(
                leader: leaderPort, helper: helperPort, leaderProxy: leaderProxy.port, helperProxy: helperProxy.port))
        let transport = HTTPTransport(timeout: 3)
        func process(
            _ name: String, _ files: DevelopmentDirectory.AggregatorFiles, _ configurations: [String], _ port: Int
        )
            -> AggregatorProcess
        {
            AggregatorProcess(
                name: name, program: program, configurations: configurations, log: files.log, port: port,
                disk: SmallDisk(
                    at: ChaosDirectory.databaseDirectory(files),
                    mebibytes: Self.diskSize + Int(Self.diskSizeForKill * Double(kills))),
                transport: transport, dice: dice("starts of the \(name)"), counters: counters, findings: findings)
        }
        let leader = process("leader", directory.files.leader, directory.leaderConfigurations, leaderPort)
        let helper = process("helper", directory.files.helper, directory.helperConfigurations, helperPort)
        let assault = Assault(
            leader: .init(process: leader, proxy: leaderProxy), helper: .init(process: helper, proxy: helperProxy),
            dice: dice("assault"), counters: counters, findings: findings)
        let way = leader.disk.way
        await withDiscardingTaskGroup { group in
            for proxy in [leaderProxy, helperProxy] { group.addTask { await proxy.run() } }
            await withinLimit {
                let story = ChaosStory(
                    assault: assault, directory: directory, seed: seed, kills: kills, counters: counters,
                    findings: findings, plant: plant)
                await story.tell()
            }
            for process in [leader, helper] { await process.stop() }
            group.cancelAll()
        }
        for process in [leader, helper] {
            let copy = findings.count > 0 ? "\(self.directory)/\(process.name)/store-at-the-end" : nil
            process.disk.remove(keeping: copy)
        }
        try? await transport.shutdown()
        return ChaosSummary(
            counters: counters, findings: findings, seconds: clock.now() - started, disk: way,
            proxies: [leaderProxy.counters, helperProxy.counters],
            logs: [
                "leader": LogReview(path: directory.files.leader.log),
                "helper": LogReview(path: directory.files.helper.log),
            ])
    }

    private func dice(_ party: String) -> Dice { Dice(seed: seed, party: party) }

    /// Ends what takes too long.
    private func withinLimit(_ body: @escaping @Sendable () async -> Void) async {
        let limit = Self.timeLimit + Self.timeLimitForKill * UInt64(kills)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await body()
                return true
            }
            group.addTask { (try? await clock.sleep(milliseconds: limit * 1000)) == nil }
            if await group.next() == false { findings.add("the run takes longer than \(limit) seconds") }
            group.cancelAll()
        }
    }

    private static func freePorts(_ dice: Dice) throws -> (leader: Int, helper: Int) {
        for _ in 0..<1000 {
            let (first, second) = (dice.whole(ports), dice.whole(ports))
            if first != second, LoopbackPort.isFree(first), LoopbackPort.isFree(second) { return (first, second) }
        }
        throw CommandFailure(.other, "there are no free ports")
    }
}
