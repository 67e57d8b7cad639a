import DAPRoles
import ServiceLifecycle

/// The helper's driver, which gives its leases back when it is stopped.
struct HelperDriverService: Service {
    let driver: HelperDriver

    func run() async throws {
        await cancelWhenGracefulShutdown { await driver.run() }
    }
}
