/// The helper's side of a leader's requests (DAP §4.5.3.2, §4.6.4).
public struct HelperHandler: Sendable {
    let tasks: TaskRegistry
    let keyring: HpkeKeyring
    let store: any HelperStore
    let clock: any WallClock
    let random: RandomSource

    /// A handler over a store.
    public init(
        tasks: TaskRegistry, keyring: HpkeKeyring, store: any HelperStore, clock: any WallClock, random: RandomSource
    ) {
        self.tasks = tasks
        self.keyring = keyring
        self.store = store
        self.clock = clock
        self.random = random
    }
}
