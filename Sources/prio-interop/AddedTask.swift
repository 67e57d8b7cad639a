import DAPMessages
import DAPRoles
import HPKE
import VDAF

/// A task as the test API gives it to an aggregator.
struct AddedTask: Equatable, Sendable {
    let description: TaskDescription
    let role: AggregatorRole
    /// What the helper knows the leader by.
    let leaderToken: SecretBytes
    /// What the one who asks here is known by: the collector where this is the leader, else the leader.
    let peerToken: SecretBytes
    private let verifyKey: SecretBytes
    private let collectorHpkeConfig: HpkeConfig

    /// Reads the task's description, `role`, `leader_authentication_token`, for a leader `collector_authentication_token`,
    /// `vdaf_verify_key` and `collector_hpke_config`.
    ///
    /// - Throws: `RequestFlaw`.
    init(_ fields: RequestFields) throws(RequestFlaw) {
        description = try TaskDescription(fields)
        leaderToken = try PeerToken.read(fields, "leader_authentication_token")
        switch try fields.text("role") {
        case "leader":
            role = .leader
            peerToken = try PeerToken.read(fields, "collector_authentication_token")
        case "helper":
            role = .helper
            peerToken = leaderToken
        default: throw RequestFlaw("\"role\" must be \"leader\" or \"helper\"")
        }
        verifyKey = SecretBytes(try fields.bytes("vdaf_verify_key"))
        guard verifyKey.count == Prio3.verifyKeySize else {
            throw RequestFlaw("\"vdaf_verify_key\" must be \(Prio3.verifyKeySize) bytes")
        }
        guard let config = try? HpkeConfig(decoding: fields.bytes("collector_hpke_config")) else {
            throw RequestFlaw("\"collector_hpke_config\" must be an encoded HpkeConfig")
        }
        collectorHpkeConfig = config
    }

    /// - Throws: what `AggregatorTask` throws when this project cannot take part in the task.
    func aggregatorTask() throws -> AggregatorTask {
        var task = try AggregatorTask(
            id: description.id, configuration: description.configuration, role: role, verifyKey: verifyKey,
            collectorHpkeConfig: collectorHpkeConfig)
        // A test may choose any time for its reports.
        task.reportRetention = .max
        return task
    }
}
