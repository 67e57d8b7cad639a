public import DAPRoles

/// A run of leader, helper, clients and collector over the real machines and stores, with faults and bad parties, drawn
/// from one seed. It can be repeated, and shrunk when it breaks a law.
public struct Simulation: Sendable {
    /// Makes an aggregator's empty store.
    public typealias MakeStore = @Sendable (SimulationParty) throws -> any LeaderStore & HelperStore

    /// What the run has for its whole length.
    public var settings: SimulationSettings
    /// What is done.
    public var steps: [SimulationStep]
    /// A bug that is there on purpose.
    public var defect: SimulationDefect?

    /// A run of some steps.
    public init(_ settings: SimulationSettings, steps: [SimulationStep], defect: SimulationDefect? = nil) {
        self.settings = settings
        self.steps = steps
        self.defect = defect
    }

    /// The run that a seed stands for.
    public init(seed: UInt64, defect: SimulationDefect? = nil) {
        var draw = SimulationDraw(seed: seed)
        let steps = draw.steps()
        self.init(draw.settings, steps: steps, defect: defect)
    }

    /// What a run led to.
    public struct Outcome: Sendable {
        /// The law that was broken, if one was.
        public let violation: SimulationViolation?
        /// A number that is the same for the same steps.
        public let digest: UInt64
        /// Reports that are in results.
        public let countedReports: Int
        /// Results.
        public let results: Int
        /// Times that an aggregator did not give out what its account does not cover.
        public let budgetRefusals: Int
    }

    /// Runs all steps, ends the faults, collects everything, and checks what must hold.
    ///
    /// - Throws: what making a store throws.
    public func run(_ makeStore: @escaping MakeStore = { _ in MemoryStore() }) async throws -> Outcome {
        let world = try SimulationWorld(settings, defect: defect, makeStore: makeStore)
        try await world.start()
        for step in steps {
            await world.perform(step)
            if await world.violation != nil { break }
        }
        if await world.violation == nil { await world.settle() }
        return await world.outcome
    }
}

extension SimulationWorld {
    fileprivate var outcome: Simulation.Outcome {
        Simulation.Outcome(
            violation: violation, digest: digest, countedReports: Int(clamping: ledger.totals.reduce(0, &+)),
            results: collections.intervals.count + collections.selected.count, budgetRefusals: budgetRefusals.count)
    }
}
