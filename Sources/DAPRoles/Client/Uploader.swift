import DAPMessages

/// A client: fetches HPKE configurations, makes reports and uploads them (DAP §4.4). It keeps no state but
/// the configurations.
public actor Uploader {
    /// Attempts at fetching a configuration.
    private static let configurationAttempts = 4
    /// Seconds after which the configurations are fetched again. Only the leader can say that a key is outdated; a report
    /// sealed to a helper's old key is lost without a word.
    private static let configurationLifetime: UInt64 = 3600

    private let task: ClientTask
    private let transport: any Transport
    private let clock: any WallClock
    private let random: RandomSource
    /// Shared by all uploads, also by those that start before it is there.
    private var current: Configured?
    private var generation = 0

    private struct Configured {
        let factory: Task<ReportFactory, any Error>
        let generation: Int
        let fetchedAt: UInt64
    }

    /// A client of one task.
    public init(task: ClientTask, transport: any Transport, clock: any WallClock, random: RandomSource) {
        self.task = task
        self.transport = transport
        self.clock = clock
        self.random = random
    }

    /// Uploads measurements in one request.
    ///
    /// - Parameter measurements: at most as many as the leader takes in one request; ours takes
    ///   `UploadHandler.reportsPerRequest`.
    /// - Throws: `UploadFailure`; `VDAFError` when a measurement does not fit the task; `HPKEError` when an aggregator
    ///   offers no usable key.
    public func upload(_ measurements: [TimedMeasurement]) async throws -> UploadSummary {
        var machine = UploadMachine(count: measurements.count)
        var effects = machine.start()
        var generation = 0
        let split = try await Self.split(measurements, task, random)
        while let effect = effects.first {
            switch effect {
            case .sealReports(let positions, let refreshing):
                let factory: ReportFactory
                (factory, generation) = try await reportFactory(newerThan: refreshing ? generation : 0)
                let chosen = positions.map { split[$0] }
                effects = try machine.receive(.reports(try await Self.seal(chosen, factory, random)))
            case .send(let body, let pause):
                if pause > 0 { try await clock.sleep(milliseconds: pause * 1000) }
                effects = try machine.receive(.answered(await send(body)))
            case .done(let summary): return summary
            case .fail(let failure): throw failure
            }
        }
        preconditionFailure("an upload ends with done or fail")
    }

    /// Off the actor, so that several uploads split and seal at the same time.
    @concurrent
    private static func split(
        _ measurements: [TimedMeasurement], _ task: ClientTask, _ random: RandomSource
    ) async throws -> [SplitMeasurement] {
        try task.split(measurements, random: random)
    }

    /// Likewise.
    @concurrent
    private static func seal(
        _ measurements: [SplitMeasurement], _ factory: ReportFactory, _ random: RandomSource
    ) async throws -> [Report] {
        try factory.seal(measurements, random: random)
    }

    private func send(_ body: [UInt8]) async -> UploadMachine.TransportAnswer {
        let url = ResourceURL.reports(of: task.configuration, task: task.id)
        do {
            let response = try await transport.send(TransportRequest(.post, url, mediaType: .uploadReq, body: body))
            switch PeerAnswer(response, expecting: .uploadErrors) {
            // An empty body says that all reports were accepted (DAP §4.4.2).
            case .deferred: return .errors(UploadErrors(statuses: []))
            case .response(let body):
                guard let errors = try? UploadErrors(decoding: body) else {
                    return .unavailable(reason: "the leader's answer does not decode", retryAfter: nil)
                }
                return .errors(errors)
            case .refused(let problem, _): return .refused(problem)
            case .unavailable(let reason, let retryAfter): return .unavailable(reason: reason, retryAfter: retryAfter)
            }
        } catch {
            return .unavailable(reason: String(describing: error), retryAfter: nil)
        }
    }

    /// The factory, fetched anew unless there is one of a later generation than the given one: of several uploads
    /// that are told that a configuration is outdated, one fetches for all.
    private func reportFactory(newerThan old: Int) async throws -> (ReportFactory, generation: Int) {
        let now = clock.now()
        if let current, current.generation > old, now < current.fetchedAt + Self.configurationLifetime {
            return (try await current.factory.value, current.generation)
        }
        let fetching = Task { [task, self] in
            async let leader = configurations(of: task.configuration.leaderAggregatorEndpoint)
            async let helper = configurations(of: task.configuration.helperAggregatorEndpoint)
            return try await ReportFactory(task: task, leaderConfigs: leader, helperConfigs: helper)
        }
        generation += 1
        let mine = generation
        current = Configured(factory: fetching, generation: mine, fetchedAt: now)
        do {
            return (try await fetching.value, mine)
        } catch {
            if current?.generation == mine { current = nil }
            throw error
        }
    }

    private func configurations(of aggregator: Url) async throws -> HpkeConfigList {
        var reason = ""
        var wish: UInt64?
        for attempt in 1...Self.configurationAttempts {
            let request = TransportRequest(.get, ResourceURL.hpkeConfig(of: aggregator))
            switch await transport.ask(request, expecting: .hpkeConfigList).answer {
            case .response(let body):
                guard let list = try? HpkeConfigList(decoding: body) else {
                    throw UploadFailure.unavailable("\(aggregator) gives no valid HPKE configuration list")
                }
                return list
            case .refused(let problem, _): throw UploadFailure.unavailable("\(aggregator): \(problem.detail)")
            case .deferred(let retryAfter):
                reason = "there is no HPKE configuration list yet"
                wish = retryAfter
            case .unavailable(let why, let retryAfter):
                reason = why
                wish = retryAfter
            }
            if attempt < Self.configurationAttempts {
                try await clock.sleep(milliseconds: 1000 * Backoff.pause(attempt: attempt, retryAfter: wish))
            }
        }
        throw UploadFailure.unavailable("\(aggregator): \(reason)")
    }
}
