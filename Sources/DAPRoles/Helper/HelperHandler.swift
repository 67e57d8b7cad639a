import DAPMessages

/// The helper's side of a leader's requests (DAP §4.5.3.2, §4.6.4).
public struct HelperHandler: Sendable {
    /// When requests are answered (DAP §3.1).
    public enum Answering: Sendable {
        /// With the response to the request itself.
        case atOnce
        /// By a `HelperDriver`; the leader polls meanwhile.
        case later
    }

    /// Seconds after which a leader is told to ask again.
    public static let retryAfter: UInt64 = 1

    let tasks: TaskRegistry
    let keyring: HpkeKeyring
    let store: any HelperStore
    let clock: any WallClock
    let random: RandomSource
    let answering: Answering
    /// Watches for backups that were restored; nil where there are none. Whoever takes a leader's requests lets it hear
    /// what they say of releases, before they are handled.
    public let releases: ReleaseWatch?
    /// The deferred requests that are being answered.
    let answers = LoadGauge()

    /// A handler over a store.
    public init(
        tasks: TaskRegistry, keyring: HpkeKeyring, store: any HelperStore, clock: any WallClock, random: RandomSource,
        answering: Answering = .atOnce, releases: ReleaseWatch? = nil
    ) {
        self.tasks = tasks
        self.keyring = keyring
        self.store = store
        self.clock = clock
        self.random = random
        self.answering = answering
        self.releases = releases
    }

    /// Keeps a request for the driver.
    func answerLater(_ resource: HelperResource, body: [UInt8], task: TaskID) async throws -> HelperAnswer {
        let request = DeferredRequest(taskID: task, resource: resource, body: body)
        guard let answer = try await store.deferRequest(request, now: clock.now()) else {
            throw DAPAbort(
                .busy, "too many requests of the task wait for their answers", task: task,
                retryAfter: answers.pause(waiting: HelperLimits.deferredRequests, at: clock.now()))
        }
        return answer
    }
}
