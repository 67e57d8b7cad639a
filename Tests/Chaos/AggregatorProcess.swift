import DAPRoles
import Foundation
import PrioCommand

/// One aggregator as a process that is started again whenever it ended.
actor AggregatorProcess {
    /// Seconds in which a process must be ready, and in which it must end after SIGTERM.
    static let readyLimit: UInt64 = 60
    static let stopLimit = 10.0
    /// Pause before a process that ended by itself is started again, in milliseconds.
    private static let restartPause: UInt64 = 500

    /// `leader` or `helper`.
    nonisolated let name: String
    nonisolated let disk: SmallDisk
    private let program: String
    private let configurations: [String]
    private let log: String
    private let port: Int
    private let transport: any Transport
    private let dice: Dice
    private let counters: Counters
    private let findings: Findings

    private var child: ChildProcess?
    private var generation = 0
    private var isEndWanted = false
    private var isKept = true
    private var waiting: [CheckedContinuation<ChildProcess.Exit, Never>] = []

    /// - Parameter configurations: files to start with, drawn anew for each start.
    init(
        name: String, program: String, configurations: [String], log: String, port: Int, disk: SmallDisk,
        transport: any Transport, dice: Dice, counters: Counters, findings: Findings
    ) {
        self.name = name
        self.program = program
        self.configurations = configurations
        self.log = log
        self.port = port
        self.disk = disk
        self.transport = transport
        self.dice = dice
        self.counters = counters
        self.findings = findings
    }

    /// Starts it, unless it runs.
    func start() {
        guard child == nil, isKept else { return }
        generation += 1
        isEndWanted = false
        let configuration = dice.element(of: configurations)
        do {
            child = try ChildProcess(
                program, ["serve", "--config", configuration, "--until-stdin-closes"], log: log
            ) { [self, generation] exit in
                Task { await ended(generation, exit) }
            }
            disk.apply(to: child?.processID)
            counters.add("starts")
        } catch {
            findings.add("the \(name) cannot be started: \(CommandFailure(error).message)")
        }
    }

    /// Kills it and waits for its end.
    ///
    /// - Returns: whether there was something to kill.
    func kill() async -> Bool {
        guard child != nil else { return false }
        return await end(by: SIGKILL) == 128 + SIGKILL
    }

    /// Ends it with SIGTERM once it is ready, and checks that it ends well and soon.
    func terminate() async {
        guard await waitUntilReady(), child != nil else { return }
        let started = ContinuousClock.now
        let late = Task { [self, generation] in
            try await SystemClock().sleep(milliseconds: UInt64(2 * Self.stopLimit * 1000))
            killLate(generation)
        }
        let exit = await end(by: SIGTERM)
        late.cancel()
        let seconds = Double((ContinuousClock.now - started) / .milliseconds(1)) / 1000
        counters.add("terminations")
        counters.raise("slowest termination", to: Int(seconds * 1000))
        if exit != 0 { findings.add("the \(name) ended with status \(exit) after SIGTERM") }
        if seconds > Self.stopLimit { findings.add("the \(name) ended \(seconds) seconds after SIGTERM") }
    }

    /// Kills it for good.
    func stop() async {
        isKept = false
        if child != nil { _ = await end(by: SIGKILL) }
    }

    /// Waits until it answers.
    ///
    /// - Returns: false when it does not in time.
    func waitUntilReady() async -> Bool {
        let clock = SystemClock()
        let deadline = clock.now() + Self.readyLimit
        let request = TransportRequest(.get, "http://127.0.0.1:\(port)/readyz")
        while clock.now() < deadline, !Task.isCancelled {
            if (try? await transport.send(request))?.status == 200 { return true }
            try? await clock.sleep(milliseconds: 50)
        }
        return false
    }

    /// Which start it is; another number later means that it did not survive.
    var life: Int { generation }

    /// The ID of the process, while there is one.
    var processID: pid_t? { child?.processID }

    private func killLate(_ late: Int) {
        if generation == late { child?.send(SIGKILL) }
    }

    private func end(by signal: Int32) async -> ChildProcess.Exit {
        isEndWanted = true
        return await withCheckedContinuation { continuation in
            waiting.append(continuation)
            child?.send(signal)
        }
    }

    private func ended(_ ended: Int, _ exit: ChildProcess.Exit) async {
        guard ended == generation else { return }
        child = nil
        let isWanted = isEndWanted
        for continuation in waiting { continuation.resume(returning: exit) }
        waiting = []
        guard !isWanted, isKept else { return }
        if disk.isTight, exit < 128 {
            counters.add("starts on a full disk that failed")
        } else {
            findings.add("the \(name) ended by itself with status \(exit)")
        }
        try? await SystemClock().sleep(milliseconds: Self.restartPause)
        start()
    }
}
