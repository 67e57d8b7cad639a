import DAPMessages
import DAPRoles

extension SimulationWorld {
    /// Jobs that are worked on in one go.
    private static let jobsPerSecond = 64

    func perform(_ operation: SimulationOperation) async {
        record("operation", "\(operation)")
        switch operation {
        case .upload(let reports): await upload(reports)
        case .createJobs: await createJobs()
        case .aggregate(let jobs): await aggregate(jobs)
        case .stepCollection: await stepCollection()
        case .answerDeferred: await answerDeferred()
        case .work(let seconds): await work(seconds: seconds)
        case .pass(let seconds): time.advance(milliseconds: UInt64(max(0, seconds)) * 1000)
        case .collect(let first, let units, let patience):
            let interval = settings.isLeaderSelected ? nil : interval(first: first, units: units)
            _ = await collect(interval, patience: UInt64(max(0, patience)))
        case .deleteCollection(let index): await deleteCollection(index)
        case .deliverLate(let index): await deliverLate(index)
        case .kill(let party, let seconds): kill(party, seconds: seconds)
        case .setClock(let party, let ahead, let gain):
            clock(party).set(ahead: Int64(ahead), gain: Int64(gain))
        case .rotateKey(let party, let keepingOld): rotateKey(party, keepingOld: keepingOld)
        case .outage(let party, let kind, let seconds):
            injectedFaults += 1
            aggregators[party]?.outage = (kind, time.milliseconds + UInt64(max(0, seconds)) * 1000)
        case .answerLater(let later):
            aggregators[.helper]?.answersLater = later
            restart(.helper)
        case .collectGarbage(let party): await collectGarbage(party)
        case .misbehave(let misconduct): await misbehave(misconduct)
        }
    }

    // MARK: - Work

    func work(seconds: Int) async {
        for _ in 0..<max(0, seconds) where violation == nil {
            await workOnce()
            time.advance(milliseconds: 1000)
        }
    }

    /// Does what is due, at the leader and at a helper that answers later.
    func workOnce() async {
        await createJobs()
        await aggregate(Self.jobsPerSecond)
        await stepCollection()
        await answerDeferred()
    }

    private func createJobs() async {
        await attempt("creating jobs") {
            guard let memory = running(.leader), let driver = memory.leader else { return }
            guard let size = settings.maximumJobSize else {
                _ = try await driver.createAggregationJobs()
                return
            }
            // As the driver does, with another limit.
            let now = clock(.leader).now()
            let source = batchIDs
            let target = Int(max(settings.batchTargetSize, settings.minBatchSize))
            _ = try await memory.store.createAggregationJobs(
                task: task.id, minimumSize: min(settings.minimumJobSize, size), maximumSize: size,
                uploadedBefore: now - 1,
                filling: settings.isLeaderSelected
                    ? BatchFilling(targetSize: target) {
                        var random = source
                        return Self.batchID(random.bytes(BatchID.byteCount))
                    } : nil, now: now)
        }
    }

    private static func batchID(_ bytes: [UInt8]) -> BatchID {
        guard let id = try? BatchID(bytes) else { preconditionFailure("there are as many bytes as it takes") }
        return id
    }

    private func aggregate(_ jobs: Int) async {
        await attempt("an aggregation job") {
            var left = min(jobs, Self.jobsPerSecond)
            while left > 0, let driver = running(.leader)?.leader, try await driver.stepAggregationJob() { left -= 1 }
        }
    }

    private func stepCollection() async {
        await attempt("a collection job") {
            var left = Self.jobsPerSecond
            while left > 0, let driver = running(.leader)?.leader, try await driver.stepCollectionJob() { left -= 1 }
        }
    }

    private func answerDeferred() async {
        await attempt("a deferred request") {
            var left = Self.jobsPerSecond
            while left > 0, let driver = running(.helper)?.helper, try await driver.stepDeferredRequest() { left -= 1 }
        }
    }

    // MARK: - Accidents

    private func deliverLate(_ index: Int) async {
        guard lateMessages.indices.contains(index) else { return }
        let message = lateMessages.remove(at: index)
        _ = try? await deliver(message.request, to: message.receiver)
    }

    /// Ends a party's process in order and starts it again.
    func restart(_ party: SimulationParty) {
        guard aggregators[party]?.memory != nil else { return }
        injectedFaults += 1
        aggregators[party]?.memory = nil
        aggregators[party]?.generation += 1
        check { try boot(party) }
    }

    private func rotateKey(_ party: SimulationParty, keepingOld: Bool) {
        guard var process = aggregators[party] else { return }
        if party == .helper, !keepingOld {
            for key in process.keys { ledger.retire(helperKey: key.config.id) }
        }
        var random = random(0x6b65_7973 ^ UInt64(process.generation))
        let highest = process.keys.map(\.config.id).max() ?? 0
        let key = TestKeys.key(highest &+ 20, .x25519ChaCha20Poly1305, &random)
        process.keys = [key] + (keepingOld ? process.keys : [])
        aggregators[party] = process
        restart(party)
    }

    /// Forgets what has expired, in steps so small that what belongs together does not go together.
    func collectGarbage(_ party: SimulationParty) async {
        guard let store = running(party)?.store else { return }
        var task = party == .leader ? task.leader : task.helper
        task.reportRetention = settings.retention
        var pace = GarbageCollector.Pace()
        pace.rowsPerStep = 5
        pace.stepsPerTask = 10_000
        let collector = GarbageCollector(
            tasks: TaskRegistry([task]), store: store, clock: clock(party), pace: pace, logger: logger)
        await attempt("collecting garbage") { _ = try await collector.collect() }
    }
}
