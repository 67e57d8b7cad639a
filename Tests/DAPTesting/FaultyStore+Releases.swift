public import DAPMessages
public import DAPRoles
public import VDAF

extension FaultyStore: ReleaseStore {
    /// See the port.
    public func releaseNotice(task: TaskID, role: AggregatorRole) async throws -> ReleaseNotice {
        try await perform(.releaseNotice) { try await $0.releaseStore.releaseNotice(task: task, role: role) }
    }

    /// See the port.
    public func hearReleases(
        _ notice: ReleaseNotice, task: TaskID, role: AggregatorRole, now: UInt64
    ) async throws -> ReleaseHearing {
        try await perform(.hearReleases) {
            try await $0.releaseStore.hearReleases(notice, task: task, role: role, now: now)
        }
    }

    /// See the port.
    public func releaseBlock() async throws -> ReleaseBlock? {
        try await perform(.releaseBlock) { try await $0.releaseStore.releaseBlock() }
    }

    /// See the port.
    public func liftReleaseBlock(through second: UInt64) async throws -> Bool {
        try await perform(.liftReleaseBlock) { try await $0.releaseStore.liftReleaseBlock(through: second) }
    }
}

extension LeaderStore where Self: HelperStore {
    /// The same store by its other port, which every store that is tested has.
    var releaseStore: any ReleaseStore {
        guard let store = self as? any ReleaseStore else { preconditionFailure("\(Self.self) counts no releases") }
        return store
    }
}
