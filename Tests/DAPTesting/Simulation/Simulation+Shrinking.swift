public import DAPRoles

extension Simulation {
    /// The shortest run found that breaks the same law: without the steps, the faults, the reports and the seconds that
    /// do not matter.
    ///
    /// - Parameters:
    ///   - law: the law that this run breaks.
    ///   - attempts: runs at most.
    /// - Throws: what making a store throws.
    public func shrunk(
        breaking law: SimulationViolation.Law, attempts: Int = 2000,
        _ makeStore: @escaping MakeStore = { _ in MemoryStore() }
    ) async throws -> Simulation {
        var best = self
        var left = attempts
        /// Takes a change when the law is broken all the same.
        func accepts(_ candidate: Simulation) async throws -> Bool {
            guard left > 0, candidate != best else { return false }
            left -= 1
            guard try await candidate.run(makeStore).violation?.law == law else { return false }
            best = candidate
            return true
        }
        var hasShrunk = true
        while hasShrunk, left > 0 {
            hasShrunk = false
            // Long stretches first, then single steps.
            var length = best.steps.count
            while length > 0 {
                var start = 0
                while start < best.steps.count {
                    var candidate = best
                    candidate.steps.removeSubrange(start..<min(start + length, best.steps.count))
                    if try await accepts(candidate) { hasShrunk = true } else { start += length }
                }
                length /= 2
            }
            for position in best.steps.indices {
                var isSimpler = true
                while isSimpler {
                    isSimpler = false
                    for simpler in best.steps[position].simpler {
                        var candidate = best
                        candidate.steps[position] = simpler
                        if try await accepts(candidate) {
                            (isSimpler, hasShrunk) = (true, true)
                            break
                        }
                    }
                }
            }
            for settings in best.settings.simpler {
                var candidate = best
                candidate.settings = settings
                if try await accepts(candidate) { hasShrunk = true }
            }
        }
        return best
    }
}

extension Simulation: Equatable {
    /// The same run.
    public static func == (one: Simulation, two: Simulation) -> Bool {
        one.settings == two.settings && one.steps == two.steps && one.defect == two.defect
    }
}

extension SimulationStep {
    /// Steps with a little less in them.
    fileprivate var simpler: [SimulationStep] {
        var candidates: [SimulationStep] = []
        for position in faults.indices {
            var fewer = self
            fewer.faults.remove(at: position)
            candidates.append(fewer)
            for fault in faults[position].simpler {
                var simpler = self
                simpler.faults[position] = fault
                candidates.append(simpler)
            }
        }
        return candidates + operation.simpler.map { SimulationStep($0, faults: faults) }
    }
}

extension SimulationOperation {
    fileprivate var simpler: [SimulationOperation] {
        switch self {
        case .upload(let reports):
            reports.indices.flatMap { position -> [SimulationOperation] in
                var fewer = reports
                fewer.remove(at: position)
                var younger = reports
                younger[position].age = 0
                return (fewer.isEmpty ? [] : [.upload(fewer)]) + (younger == reports ? [] : [.upload(younger)])
            }
        case .aggregate(let jobs): jobs > 1 ? [.aggregate(1)] : []
        case .work(let seconds): [0, 1, seconds / 2].filter { $0 < seconds }.map { .work(seconds: $0) }
        case .pass(let seconds): [0, 1, seconds / 2].filter { $0 < seconds }.map { .pass(seconds: $0) }
        case .collect(let first, let units, let patience):
            (units > 1 ? [.collect(first: first, units: 1, patience: patience)] : [])
                + [0, patience / 2].filter { $0 < patience }
                .map { .collect(first: first, units: units, patience: $0) }
        case .kill(let party, let seconds): seconds > 0 ? [.kill(party, seconds: 0)] : []
        case .setClock(let party, let ahead, let gain): gain == 0 ? [] : [.setClock(party, ahead: ahead, gain: 0)]
        case .outage(let party, let kind, let seconds):
            seconds > 1 ? [.outage(party, kind, seconds: seconds / 2)] : []
        case .createJobs, .stepCollection, .answerDeferred, .deleteCollection, .deliverLate, .rotateKey, .answerLater,
            .collectGarbage, .misbehave:
            []
        }
    }
}

extension SimulationFault {
    fileprivate var simpler: [SimulationFault] {
        switch self {
        case .noConfigurations: []
        case .store(let party, at: let place, let trouble):
            switch trouble {
            case .meanwhile(let steps): shorter(steps).map { .store(party, at: place, .meanwhile($0)) }
            case .killedInside(let seconds) where seconds > 0: [.store(party, at: place, .killedInside(seconds: 0))]
            case .killedAfter(let seconds) where seconds > 0: [.store(party, at: place, .killedAfter(seconds: 0))]
            case .failed, .failedAfterCommit, .killedInside, .killedAfter: []
            }
        case .message(at: let place, let trouble):
            switch trouble {
            case .before(let steps): shorter(steps).map { .message(at: place, .before($0)) }
            case .after(let steps): shorter(steps).map { .message(at: place, .after($0)) }
            default: []
            }
        }
    }

    private func shorter(_ steps: [SimulationStep]) -> [[SimulationStep]] {
        guard steps.count > 1 else { return steps.first.map { $0.simpler.map { [$0] } } ?? [] }
        return steps.indices.map { position in
            var fewer = steps
            fewer.remove(at: position)
            return fewer
        }
    }
}

extension SimulationSettings {
    /// Settings that make a run easier to read.
    fileprivate var simpler: [SimulationSettings] {
        let changes: [(inout SimulationSettings) -> Void] = [
            { $0.isDeferred = false }, { $0.minBatchSize = 1 }, { $0.maximumJobSize = nil },
            { $0.minimumJobSize = 256 }, { $0.batchTargetSize = 0 }, { $0.batchMaximumAge = 300 },
            { $0.privacy = nil }, { $0.privacy?.catalog = nil }, { $0.privacy?.noise = .laplace },
            { $0.privacy?.lifetime = 1 }, { $0.polls = 1 },
        ]
        return changes.map { change in
            var simpler = self
            change(&simpler)
            return simpler
        }
    }
}
