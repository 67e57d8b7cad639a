/// Something that goes wrong in a step. Places are counted within the step, from 0; a place that is never reached is no
/// fault.
public enum SimulationFault: Sendable, Hashable, Codable {
    /// A call to a party's store.
    case store(SimulationParty, at: Int, StoreTrouble)
    /// A message.
    case message(at: Int, MessageTrouble)
    /// Clients cannot fetch the HPKE configurations.
    case noConfigurations
}

/// What can happen around a transaction.
public enum StoreTrouble: Sendable, Hashable, Codable {
    /// It fails, and nothing is done.
    case failed
    /// It is reported to have failed, and is done.
    case failedAfterCommit
    /// The process is killed inside it: nothing is done. It is back after so many seconds.
    case killedInside(seconds: Int)
    /// The process is killed right after it. It is back after so many seconds.
    case killedAfter(seconds: Int)
    /// Other things happen first.
    case meanwhile([SimulationStep])
}

/// What can happen to a message.
public enum MessageTrouble: Sendable, Hashable, Codable {
    /// The request never arrives.
    case loseRequest
    /// The request is handled; its response gets lost.
    case loseResponse
    /// The request arrives twice at once; the second response counts.
    case duplicate
    /// The request arrives when the sender has given up.
    case late
    /// The request arrives, and once more much later.
    case lateCopy
    /// Somebody on the way answers with an error status.
    case status(Int)
    /// Other things happen before the request arrives.
    case before([SimulationStep])
    /// Other things happen before the response arrives.
    case after([SimulationStep])
    /// Somebody on the way changes it.
    case tampered(Tampering)
    /// The helper's answer is not what it should be.
    case lie(HelperLie)
}

/// How a message is changed on the way. The place is a share of its length, in 256ths.
public enum Tampering: Sendable, Hashable, Codable {
    /// A bit of the request.
    case flippedRequest(UInt8)
    /// A bit of the response.
    case flippedResponse(UInt8)
    /// The request ends early.
    case cutRequest(UInt8)
    /// The response ends early.
    case cutResponse(UInt8)
}

/// What a helper can do wrong in an answer.
public enum HelperLie: String, Sendable, Hashable, Codable, CaseIterable {
    /// The reports are in another order.
    case reordered
    /// A report is missing.
    case dropped
    /// A report is there that nobody asked for.
    case invented
    /// A report stands there twice.
    case repeated
    /// A verifier message is another.
    case flipped
    /// A report that was verified is said to be rejected.
    case rejected
    /// A report that was rejected is said to be verified.
    case verified
    /// A report is said to be finished.
    case finished
    /// Every report is said to be too early.
    case tooEarly
}
