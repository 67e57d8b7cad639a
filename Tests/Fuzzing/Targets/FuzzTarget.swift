/// What takes bytes from outside, ready for a fuzzer: libFuzzer's (`scripts/fuzz`) or the replay of the corpora.
///
/// Each target does with its bytes what a server or a client would do, over keys, tasks and a clock that never change, and
/// checks what has to hold whatever the bytes are. Traps and memory errors are for the fuzzer to see.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// Reports that come to the leader and go through both aggregators.
    case uploadRequest = "upload-request"
    /// What the leader asks the helper to verify.
    case aggregationJobRequest = "aggregation-job-request"
    /// What the helper answers to an aggregation job.
    case aggregationJobResponse = "aggregation-job-response"
    /// The four messages of a collection: collector to leader, leader to helper, and both answers.
    case collection
    /// The HPKE configurations that a client fetches.
    case hpkeConfigList = "hpke-config-list"
    /// Prio3's shares and messages, alone and among others.
    case vdafShares = "vdaf-shares"
    /// What is sealed to one of our keys.
    case hpkeCiphertext = "hpke-ciphertext"
    /// HTTP requests, one after the other, to an aggregator in both roles.
    case httpRequest = "http-request"

    /// Bytes of an input; what is beyond is cut off.
    public static let maximumLength = 16 << 10

    /// Feeds an input to the target.
    ///
    /// - Throws: `LawBroken`, or an error that no peer should be able to cause.
    @discardableResult
    public func run(_ bytes: [UInt8]) async throws -> FuzzVerdict {
        let world = try FuzzWorld.shared.get()
        let input = FuzzInput(Array(bytes.prefix(Self.maximumLength)))
        return switch self {
        case .uploadRequest: try await world.uploadRequest(input)
        case .aggregationJobRequest: try await world.aggregationJobRequest(input)
        case .aggregationJobResponse: try await world.aggregationJobResponse(input)
        case .collection: try await world.collection(input)
        case .hpkeConfigList: try await world.hpkeConfigList(input)
        case .vdafShares: try world.vdafShares(input)
        case .hpkeCiphertext: try world.hpkeCiphertext(input)
        case .httpRequest: try await world.httpRequest(input)
        }
    }
}

/// What became of an input.
public enum FuzzVerdict: Sendable, Equatable {
    /// All of it was good: what an honest peer sends.
    case accepted
    /// Some of it was not.
    case refused
}

/// Something that has to hold for every input does not.
public struct LawBroken: Error, CustomStringConvertible {
    /// What should have held.
    public let law: String

    /// What should have held.
    public var description: String { "broken: \(law)" }

    init(_ law: String) { self.law = law }
}

/// - Throws: `LawBroken` unless it holds.
func expect(_ holds: Bool, _ law: String) throws {
    guard holds else { throw LawBroken(law) }
}
