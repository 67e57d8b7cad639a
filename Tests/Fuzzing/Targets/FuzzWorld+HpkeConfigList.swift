import DAPMessages
import DAPRoles
import DAPTesting
import HPKE

extension FuzzWorld {
    /// ```
    /// task       1 byte
    /// from       1 byte: 0 the leader's list, 1 the helper's, 2 both
    /// list       an HpkeConfigList
    /// ```
    func hpkeConfigList(_ input: FuzzInput) async throws -> FuzzVerdict {
        var input = input
        let task = tasks[input.choice(of: tasks.count)]
        let from = input.choice(of: 3)
        let body = input.rest()
        let list = try decoded(HpkeConfigList.self, body)
        let parties = FuzzParties(self)
        let answer = TransportResponse(status: 200, contentType: MediaType.hpkeConfigList.contentType, body: body)
        parties.transport.setWeather { request, _ in
            guard request.url.hasSuffix("/hpke_config") else { return nil }
            let isLeader = request.url.hasPrefix(TestDeployment.leaderURL)
            return from == 2 || (from == 0) == isLeader ? .answer(answer) : nil
        }
        let client = Uploader(
            task: task.client, transport: parties.transport, clock: parties.clock, random: parties.random)
        let isUsable = list?.configs.first { $0.ciphersuite.isSupported }.map(Self.isUsable) ?? false
        let summary: UploadSummary
        do {
            let measurement = TimedMeasurement(
                task.client.vdaf.parameters.examples[0], posixSeconds: parties.clock.now())
            summary = try await client.upload([measurement])
        } catch is UploadFailure {
            try expect(list == nil, "a list that decodes is taken")
            return .refused
        } catch is HPKEError {
            try expect(list != nil && !isUsable, "a list with a usable configuration is used")
            return .refused
        }
        try expect(isUsable, "a report is sealed to a key of the list")
        try expect(summary.accepted + summary.rejected.count == 1, "the report is accepted or it is not")
        return summary.accepted == 1 ? .accepted : .refused
    }

    private static func isUsable(_ config: HpkeConfig) -> Bool {
        (try? HPKESender(publicKey: config.publicKey, ciphersuite: config.ciphersuite, info: [])) != nil
    }
}
