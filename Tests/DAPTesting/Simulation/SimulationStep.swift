/// One step of a simulation: something is done, and on the way some things go wrong. A run is its settings and a list of
/// steps: the same list gives the same run, and a shorter list is a run too.
public struct SimulationStep: Sendable, Hashable, Codable {
    /// What is done.
    public var operation: SimulationOperation
    /// What goes wrong while it is done.
    public var faults: [SimulationFault]

    /// A step.
    public init(_ operation: SimulationOperation, faults: [SimulationFault] = []) {
        self.operation = operation
        self.faults = faults
    }
}

/// The parties with a clock of their own.
public enum SimulationParty: String, Sendable, Hashable, Codable, CaseIterable {
    /// The leader, with its store.
    case leader
    /// The helper, with its store.
    case helper
    /// The clients.
    case client
    /// The collector.
    case collector
}

/// What can be done in a step.
public enum SimulationOperation: Sendable, Hashable, Codable {
    /// A client uploads reports in one request.
    case upload([SimulatedReport])
    /// The leader puts waiting reports into jobs.
    case createJobs
    /// The leader works on so many aggregation jobs.
    case aggregate(Int)
    /// The leader works on a collection job.
    case stepCollection
    /// The helper works on a deferred request.
    case answerDeferred
    /// Everybody works, second by second.
    case work(seconds: Int)
    /// Time passes in which nobody works.
    case pass(seconds: Int)
    /// The collector asks for an interval, in units after the one the run starts in, and waits for so many seconds. In a
    /// leader-selected task it asks for the next batch.
    case collect(first: Int, units: Int, patience: Int)
    /// The collector deletes one of the jobs that it knows, counted from the latest, unless its answer waits unseen.
    case deleteCollection(Int)
    /// One of the messages that are late arrives, counted from the oldest.
    case deliverLate(Int)
    /// A party's process is killed; it is back after so many seconds.
    case kill(SimulationParty, seconds: Int)
    /// A party's clock is so many milliseconds ahead and gains so many milliseconds in a thousand seconds.
    case setClock(SimulationParty, ahead: Int, gain: Int)
    /// An aggregator is restarted with a new HPKE key that it prefers; the old ones go, or stay beside it.
    case rotateKey(SimulationParty, keepingOld: Bool)
    /// An aggregator's store refuses what it is asked for so many seconds.
    case outage(SimulationParty, StoreOutage, seconds: Int)
    /// The helper is restarted and answers later, or at once.
    case answerLater(Bool)
    /// An aggregator's store forgets what has expired.
    case collectGarbage(SimulationParty)
    /// The leader's token is used for something that an honest leader never does.
    case misbehave(LeaderMisconduct)
}

/// What a store refuses while it is out of order.
public enum StoreOutage: String, Sendable, Hashable, Codable {
    /// Everything: it is busy.
    case busy
    /// Whatever writes: the disk is full.
    case full
}

/// A report to upload. Its number is its histogram bucket.
public struct SimulatedReport: Sendable, Hashable, Codable {
    /// Which report: its own bucket.
    public var number: Int
    /// Seconds ago that it was measured, by the client's clock.
    public var age: Int
    /// What is wrong with it.
    public var flaw: ReportFlaw?

    /// A report.
    public init(number: Int, age: Int = 0, flaw: ReportFlaw? = nil) {
        self.number = number
        self.age = age
        self.flaw = flaw
    }
}

/// What a client can do wrong.
public enum ReportFlaw: Sendable, Hashable, Codable {
    /// It has the ID of another report that was accepted.
    case replayedID(of: Int)
    /// It is from the future.
    case early
    /// It is older than anybody keeps.
    case expired
    /// The leader's input share is not what was proved.
    case leaderShare
    /// The helper's input share is not what was proved.
    case helperShare
    /// The public share is not what was proved.
    case publicShare
    /// An aggregator's input share is too short.
    case shortShare(SimulationParty)
    /// An aggregator's envelope does not decode.
    case garbledPlaintext(SimulationParty)
    /// An aggregator's envelope does not open.
    case garbledEnvelope(SimulationParty)
    /// An aggregator's envelope names a key that there never was.
    case unknownKey(SimulationParty)
    /// An unknown extension that all see.
    case publicExtension
    /// An unknown extension that one aggregator sees.
    case privateExtension(SimulationParty)
}

/// What a leader can do wrong.
public enum LeaderMisconduct: Sendable, Hashable, Codable {
    /// Deletes an earlier job at the helper and sends its request again.
    case rewind(Int)
    /// Sends an earlier job's request with something changed.
    case changeJob(Int, JobChange)
    /// Asks for the aggregate share of an interval, claiming so many reports more or fewer than the helper said are in it.
    case askForShare(first: Int, units: Int, countError: Int)
    /// Sends an earlier aggregate share request with another count or interval.
    case changeShareRequest(Int, countError: Int, unitsMore: Int)
    /// Continues a job that has no further step.
    case continueJob(Int, step: UInt16)
}

/// How a job's request is changed.
public enum JobChange: String, Sendable, Hashable, Codable, CaseIterable {
    /// A report is left out.
    case shorter
    /// The reports are in another order.
    case reversed
    /// A report stands twice.
    case repeated
    /// A verifier share is another.
    case flipped
    /// The job belongs to another batch.
    case otherBatch
}
