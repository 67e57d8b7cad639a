public import DAPMessages
public import DAPRoles
public import VDAF

/// What a memory store knows of releases. It lives only once, so it has one identity.
struct MemoryReleases {
    /// One of the two aggregators' task.
    struct Key: Hashable {
        let task: TaskID
        let role: AggregatorRole
    }

    /// What is known of a task.
    struct Task {
        var number: UInt64 = 0
        /// What was heard of the other aggregator, the last identity first.
        var peers: [ReleaseTally] = []

        /// Returns whether the other's numbers went back.
        mutating func hear(_ tally: ReleaseTally) -> Bool {
            guard let position = peers.firstIndex(where: { $0.identity == tally.identity }) else {
                let isBehind = tally.releases < peers.first?.releases ?? 0
                peers = [tally] + peers.prefix(ReleaseNotice.mostPeers - 1)
                return isBehind
            }
            if tally.releases > peers[position].releases { peers[position] = tally }
            return false
        }
    }

    let identity: StoreIdentity
    var lastNumber: UInt64 = 0
    var tasks: [Key: Task] = [:]
    var block: ReleaseBlock?
    /// Identities that others took this store for.
    private var disowned: Set<StoreIdentity> = []

    init() {
        let bytes = (0..<StoreIdentity.byteCount).map { _ in UInt8.random(in: 0...255) }
        guard let identity = try? StoreIdentity(bytes) else { preconditionFailure("as many bytes as it takes") }
        self.identity = identity
    }

    mutating func count(_ role: AggregatorRole, _ task: TaskID) {
        lastNumber += 1
        tasks[Key(task: task, role: role), default: Task()].number = lastNumber
    }

    mutating func hear(_ notice: ReleaseNotice, _ key: Key, now: UInt64) -> ReleaseHearing {
        var task = tasks[key] ?? Task()
        let isPeerRestored = task.hear(notice.own)
        let forgotten = notice.peers.filter { known in
            known.identity == identity ? known.releases > lastNumber : !disowned.contains(known.identity)
        }
        for known in forgotten {
            if known.identity == identity {
                lastNumber = max(lastNumber, known.releases)
            } else {
                disowned.insert(known.identity)
            }
        }
        let isRestored = !forgotten.isEmpty
        tasks[key] = task
        if isRestored {
            let new = ReleaseBlock(restoredAt: now, reason: "the other aggregator says so", isProven: false)
            block = block?.joined(by: new) ?? new
        }
        return ReleaseHearing(isRestored: isRestored, isPeerRestored: isPeerRestored, block: block)
    }
}

extension MemoryStore: ReleaseStore {
    /// What to tell the other aggregator of a task.
    public func releaseNotice(task: TaskID, role: AggregatorRole) async throws -> ReleaseNotice {
        let known = releases.tasks[MemoryReleases.Key(task: task, role: role)]
        return ReleaseNotice(
            own: ReleaseTally(identity: releases.identity, releases: known?.number ?? 0), peers: known?.peers ?? [])
    }

    /// Takes in what the other aggregator says.
    public func hearReleases(
        _ notice: ReleaseNotice, task: TaskID, role: AggregatorRole, now: UInt64
    ) async throws -> ReleaseHearing {
        releases.hear(notice, MemoryReleases.Key(task: task, role: role), now: now)
    }

    /// The block, if there is one.
    public func releaseBlock() async throws -> ReleaseBlock? { releases.block }

    /// Lifts the block if it ends at that second and is not proven.
    public func liftReleaseBlock(through second: UInt64) async throws -> Bool {
        guard let block = releases.block, block.through == second, !block.isProven else { return false }
        releases.block = nil
        return true
    }
}
