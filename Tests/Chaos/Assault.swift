import DAPRoles
import Foundation
import PrioCommand

/// Kills the aggregators at random moments and starts them again, and fills their disks now and then.
struct Assault: Sendable {
    /// Kills between two spells in which only the network is bad, so that collections come to their end too.
    private static let killsBetweenCalms = 10
    /// Kills between two full disks.
    private static let killsBetweenFullDisks = 10
    /// Seconds in which an aggregator whose disk has room again must have written something.
    private static let recoveryLimit: UInt64 = 60
    /// Share of SIGTERM.
    private static let terminations = 0.1

    /// An aggregator and the proxy before it.
    struct Target: Sendable {
        let process: AggregatorProcess
        let proxy: FaultyProxy
    }

    let leader: Target
    let helper: Target
    let dice: Dice
    let counters: Counters
    let findings: Findings

    private let clock = SystemClock()

    init(leader: Target, helper: Target, dice: Dice, counters: Counters, findings: Findings) {
        self.leader = leader
        self.helper = helper
        self.dice = dice
        self.counters = counters
        self.findings = findings
    }

    /// Goes on until there were so many kills. The aggregators may be down then.
    func run(kills: Int) async {
        var nextCalm = Self.killsBetweenCalms
        var nextFullDisk = min(Self.killsBetweenFullDisks, kills) / 2
        var episodes = 0
        while counters["kills"] < kills, !findings.areTooMany, !Task.isCancelled {
            await pause(dice.element(of: [300, 300, 2000, 2000, 5000]))
            await attack()
            if counters["kills"] >= nextCalm {
                nextCalm += Self.killsBetweenCalms
                await startBoth()
                await sleep(dice.whole(4000...10_000))
            }
            if counters["kills"] >= nextFullDisk {
                nextFullDisk += Self.killsBetweenFullDisks
                await fillDisk(of: episodes.isMultiple(of: 2) ? leader : helper, isKilled: episodes % 4 > 1)
                episodes += 1
            }
        }
        await startBoth()
    }

    /// Ends one of them, or both, and starts it again at once or later.
    private func attack() async {
        let victims = dice.element(of: [[leader], [leader], [helper], [helper], [leader, helper]])
        let isTermination = dice.chance(Self.terminations)
        await withDiscardingTaskGroup { group in
            for victim in victims {
                group.addTask {
                    if isTermination {
                        await victim.process.terminate()
                    } else {
                        await kill(victim)
                    }
                    if dice.chance(0.5) { await pause(3000) }
                    await victim.process.start()
                }
            }
        }
    }

    private func kill(_ victim: Target) async {
        guard await victim.process.kill() else { return }
        counters.add("kills")
        counters.add("kills of the \(victim.process.name)")
    }

    /// Leaves no room on a disk for some seconds while uploads and jobs go on.
    ///
    /// - Parameter isKilled: whether the aggregator is killed while there is no room, and so has to start without any.
    private func fillDisk(of target: Target, isKilled: Bool) async {
        // After a proper end the write-ahead log is gone, so that the first commit needs room.
        await startBoth()
        await target.process.terminate()
        await target.process.start()
        guard await target.process.waitUntilReady(), await hasWritten(target) else {
            return unrecovered(target, "before its disk was full")
        }
        let disk = target.process.disk
        disk.fill(for: await target.process.processID)
        counters.add("full disks")
        let life = await target.process.life
        await sleep(dice.whole(2000...4000))
        if isKilled {
            await kill(target)
            await target.process.start()
            await sleep(dice.whole(1000...3000))
        }
        disk.free(for: await target.process.processID)
        guard await hasWritten(target) else { return unrecovered(target, "after its disk was full") }
        let isSameProcess = await target.process.life == life
        counters.add(isSameProcess ? "recovered by themselves" : "recovered after a start")
    }

    private func unrecovered(_ target: Target, _ moment: String) {
        guard !Task.isCancelled else { return }
        findings.add("the \(target.process.name) wrote nothing in \(Self.recoveryLimit) seconds \(moment)")
    }

    /// Whether the aggregator commits something.
    private func hasWritten(_ target: Target) async -> Bool {
        let before = target.proxy.counters["written"]
        let deadline = clock.now() + Self.recoveryLimit
        while clock.now() < deadline, !Task.isCancelled {
            if target.proxy.counters["written"] > before { return true }
            await sleep(100)
        }
        return false
    }

    private func startBoth() async {
        for target in [leader, helper] { await target.process.start() }
    }

    private func pause(_ longest: Int) async { try? await clock.sleep(milliseconds: dice.milliseconds(upTo: longest)) }

    private func sleep(_ milliseconds: Int) async { try? await clock.sleep(milliseconds: UInt64(milliseconds)) }
}
