import DAPRoles
import ServiceLifecycle

/// What forgets expired reports, until shutdown.
struct GarbageCollectorService: Service {
    let collector: GarbageCollector

    func run() async throws {
        await cancelWhenGracefulShutdown { await collector.run() }
    }
}
