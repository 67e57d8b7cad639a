import DAPMessages
import DAPRoles
import DAPTesting
import Logging

/// Both aggregators with empty stores, wired together in memory: what one input is played through.
struct FuzzParties: Sendable {
    /// Steps of a driver in a row; more means that it goes round in circles.
    private static let stepsInARow = 100
    /// Longer than every pause and every rest.
    private static let longPause: UInt64 = 100_000

    let clock = VirtualClock()
    let random = RandomSource.seeded(FuzzWorld.seed)
    let transport = LoopbackTransport()
    let leaderStore = MemoryStore()
    let helperStore = MemoryStore()
    let upload: UploadHandler
    let collection: CollectionHandler
    let helper: HelperHandler
    /// Works on the helper's store, too, and answers later.
    let deferringHelper: HelperHandler
    let helperDriver: HelperDriver
    let driver: LeaderDriver

    init(_ world: FuzzWorld) {
        let leaderTasks = TaskRegistry(world.tasks.map(\.leader))
        let helperTasks = TaskRegistry(world.tasks.map(\.helper))
        let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        upload = UploadHandler(
            tasks: leaderTasks, keyring: world.leaderKeyring, batcher: UploadBatcher(store: leaderStore), clock: clock)
        collection = CollectionHandler(tasks: leaderTasks, store: leaderStore, clock: clock, random: random)
        helper = HelperHandler(
            tasks: helperTasks, keyring: world.helperKeyring, store: helperStore, clock: clock, random: random)
        deferringHelper = HelperHandler(
            tasks: helperTasks, keyring: world.helperKeyring, store: helperStore, clock: clock, random: random,
            answering: .later)
        helperDriver = HelperDriver(handler: deferringHelper, logger: logger)
        var pace = LeaderDriver.Pace()
        pace.minimumJobSize = 1
        pace.batchTargetSize = FuzzWorld.honestReports
        pace.batchMaximumAge = 0
        driver = LeaderDriver(
            tasks: leaderTasks, store: leaderStore, transport: FoldingTransport(transport),
            helperToken: { [token = world.keys.leaderToken] _ in token }, clock: clock, random: random, pace: pace,
            logger: logger)
        transport.serve(
            TestDeployment.leaderURL,
            by: LoopbackServer(
                .leader(upload: upload, collection: collection), hpkeConfigs: world.leaderKeyring.configList,
                peer: world.keys.collectorToken))
        transport.serve(
            TestDeployment.helperURL,
            by: LoopbackServer(
                .helper(helper), hpkeConfigs: world.helperKeyring.configList, peer: world.keys.leaderToken))
    }

    /// Does all that is due now.
    func step() async throws {
        for _ in 0..<Self.stepsInARow {
            var worked = try await driver.createAggregationJobs()
            if try await driver.stepAggregationJob() { worked = true }
            if try await driver.stepCollectionJob() { worked = true }
            if try await helperDriver.stepDeferredRequest() { worked = true }
            guard worked else { return }
        }
        throw LawBroken("work that is due comes to an end")
    }

    /// Does all that comes due in a number of long pauses.
    func step(pauses: Int) async throws {
        try await step()
        for _ in 0..<pauses {
            clock.advance(seconds: Self.longPause)
            try await step()
        }
    }

    /// Aggregates a task's honest reports at both aggregators.
    func aggregateHonestReports(of task: TestTask, in world: FuzzWorld) async throws {
        let errors = try await upload.upload(task: task.id, body: world.uploads[task.id] ?? [])
        try expect(errors.statuses.isEmpty, "honest reports are accepted")
        try await step()
        let left = await leaderStore.reportsWithShares
        let rejections = await leaderStore.rejections(task: task.id)
        try expect(left == 0 && rejections.isEmpty, "honest reports are aggregated")
    }

    /// Every request went to one of the two aggregators' origins: a token is for the server that it was given to.
    func checkOrigins() throws {
        for request in transport.requests {
            let isKnown = ["http://leader.example:8080", "http://helper.example"].contains { origin in
                guard request.url.lowercased().hasPrefix(origin) else { return false }
                let next = request.url.utf8.dropFirst(origin.utf8.count).first
                return next == nil || next == UInt8(ascii: "/") || next == UInt8(ascii: "?")
            }
            try expect(isKnown, "no request leaves the aggregators' origins: \(request.url)")
        }
    }
}

/// Reads URLs as HTTP does: the case of letters in scheme and host means nothing, and an empty path is the root's
/// (RFC 9110 §4.2.3).
struct FoldingTransport: Transport {
    private let transport: LoopbackTransport

    init(_ transport: LoopbackTransport) { self.transport = transport }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        let url = request.url
        let authority = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let end = url[authority...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex
        let path = url[end...].hasPrefix("/") ? url[end...] : "/" + url[end...]
        return try await transport.send(
            TransportRequest(
                request.method, url[..<end].lowercased() + path, mediaType: request.mediaType, token: request.token,
                body: request.body))
    }
}
