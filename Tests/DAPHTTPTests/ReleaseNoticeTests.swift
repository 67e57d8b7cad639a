import DAPHTTPClient
import DAPHTTPServer
import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// The field in which the two aggregators tell each other of releases.
@Suite struct ReleaseNoticeTests {
    private let field = HTTPField.Name(ReleaseNotice.fieldName)
    private static let aggregation = "application/ppm-dap;message=aggregation-job-init-req"
    private static let share = "application/ppm-dap;message=aggregate-share-req"

    /// A helper that watches its releases, and its store.
    private func helper(_ rig: ServerRig, store: MemoryStore) throws -> HelperHandler {
        let tasks = TaskRegistry([rig.deployment.task.helper])
        return HelperHandler(
            tasks: tasks, keyring: try HpkeKeyring(rig.deployment.keys.helper, role: .helper), store: store,
            clock: rig.deployment.clock, random: rig.deployment.random,
            releases: ReleaseWatch(
                store: store, tasks: tasks, role: .helper, clock: rig.deployment.clock, logger: .silent))
    }

    private func leader(_ releases: UInt64) throws -> ReleaseTally {
        ReleaseTally(identity: try StoreIdentity([UInt8](repeating: 9, count: 16)), releases: releases)
    }

    @Test("A leader's word is heard before its request is handled, and the answer has the helper's of after it")
    func exchanges() async throws {
        let rig = try ServerRig()
        let store = MemoryStore()
        let handler = try helper(rig, store: store)
        let (aggregationBody, report) = try await rig.aggregationBody()
        let base = "/tasks/\(rig.task)"
        let field = try #require(field)
        try await rig.helper(handler: handler).routed { client in
            func send(
                _ path: String, _ body: [UInt8], _ mediaType: String, _ notice: ReleaseNotice
            ) async throws -> (TestResponse, ReleaseNotice?) {
                var headers = HTTPFields.bearer(ServerRig.leaderToken)
                headers[field] = notice.field
                let response = try await client.post("\(base)/\(path)", body, mediaType: mediaType, headers: headers)
                return (response, response.headers[field].flatMap(ReleaseNotice.init(field:)))
            }
            let first = ReleaseNotice(own: try leader(4), peers: [])
            let (job, told) = try await send("aggregation_jobs", aggregationBody, Self.aggregation, first)
            #expect(job.status == .ok)
            let helper = try #require(told)
            #expect(helper.own.releases == 0 && helper.peers == [first.own])
            // The leader has seen the helper release five.
            let known = ReleaseTally(identity: helper.own.identity, releases: 5)
            let (refused, _) = try await send(
                "aggregate_shares", try rig.aggregateShareBody(report), Self.share,
                ReleaseNotice(own: first.own, peers: [known]))
            #expect(refused.status == .conflict)
            #expect(try await store.releaseBlock()?.restoredAt == rig.deployment.clock.now())
            // The same words say nothing new.
            rig.deployment.clock.advance(seconds: 1000)
            _ = try await send(
                "aggregate_shares", try rig.aggregateShareBody(report), Self.share,
                ReleaseNotice(own: first.own, peers: [known]))
            #expect(try await store.releaseBlock()?.restoredAt == rig.deployment.clock.now() - 1000)
        }
    }

    @Test("An answer has the number of the release that it is")
    func countsItself() async throws {
        let rig = try ServerRig()
        let handler = try helper(rig, store: MemoryStore())
        let (aggregationBody, report) = try await rig.aggregationBody()
        let field = try #require(field)
        try await rig.helper(handler: handler).routed { client in
            let token = HTTPFields.bearer(ServerRig.leaderToken)
            _ = try await client.post(
                "/tasks/\(rig.task)/aggregation_jobs", aggregationBody, mediaType: Self.aggregation, headers: token)
            let share = try await client.post(
                "/tasks/\(rig.task)/aggregate_shares", try rig.aggregateShareBody(report), mediaType: Self.share,
                headers: token)
            #expect(share.status == .ok)
            #expect(share.headers[field].flatMap(ReleaseNotice.init(field:))?.own.releases == 1)
        }
    }

    @Test("Nobody but a leader is heard or told, and what is no notice is passed over")
    func hearsLeadersOnly() async throws {
        let rig = try ServerRig()
        let store = MemoryStore()
        let handler = try helper(rig, store: store)
        let (body, _) = try await rig.aggregationBody()
        let field = try #require(field)
        let lie = ReleaseNotice(own: try leader(1), peers: [try leader(9)])
        try await rig.helper(handler: handler).routed { client in
            var headers = HTTPFields.bearer("another token")
            headers[field] = lie.field
            let path = "/tasks/\(rig.task)/aggregation_jobs"
            let stranger = try await client.post(path, body, mediaType: Self.aggregation, headers: headers)
            #expect(stranger.status == .unauthorized && stranger.headers[field] == nil)
            headers = .bearer(ServerRig.leaderToken)
            for text in ["", "own=1", String(repeating: "a", count: 5000), "\(lie.field), x=1"] {
                headers[field] = text
                let leader = try await client.post(path, body, mediaType: Self.aggregation, headers: headers)
                #expect(leader.status == .ok && leader.headers[field] != nil)
            }
            headers[field] = lie.field
            let unknown = try await client.post(
                "/tasks/\(StoreSamples.task)/aggregation_jobs", body, mediaType: Self.aggregation,
                headers: headers)
            #expect(unknown.status == .notFound && unknown.headers[field] == nil)
        }
        #expect(try await store.releaseBlock() == nil)
        #expect(try await store.releaseNotice(task: rig.task, role: .helper).peers.isEmpty)
    }

    @Test("The transport carries notices both ways")
    func travels() async throws {
        let rig = try ServerRig()
        let handler = try helper(rig, store: MemoryStore())
        let (body, _) = try await rig.aggregationBody()
        let own = try leader(3)
        try await rig.helper(handler: handler).listening { base in
            let transport = HTTPTransport(timeout: 30)
            var request = TransportRequest(
                .post, "\(base)/tasks/\(rig.task)/aggregation_jobs", mediaType: .aggregationJobInitReq,
                token: SecretBytes(Array(ServerRig.leaderToken.utf8)), body: body)
            let silent = try await transport.send(request)
            #expect(silent.releases?.own.releases == 0 && silent.releases?.peers == [])
            request.releases = ReleaseNotice(own: own, peers: [])
            #expect(try await transport.send(request).releases?.peers == [own])
            let other = try await transport.send(TransportRequest(.get, "\(base)/hpke_config"))
            #expect(other.releases == nil)
            try await transport.shutdown()
        }
    }
}
