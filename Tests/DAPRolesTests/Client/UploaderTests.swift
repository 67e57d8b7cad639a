import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import Synchronization
import Testing
import VDAF

@Suite struct UploaderTests {
    @Test("Configurations are fetched once for many uploads, and again after an hour")
    func caching() async throws {
        let deployment = try TestDeployment()
        let uploader = deployment.uploader()
        try await withThrowingTaskGroup(of: UploadSummary.self) { group in
            for _ in 0..<10 { group.addTask { try await uploader.upload([deployment.measurement()]) } }
            for try await summary in group { #expect(summary == UploadSummary(accepted: 1, rejected: [:])) }
        }
        #expect(deployment.configurationRequests == 2)
        deployment.clock.advance(seconds: 3600)
        _ = try await uploader.upload([deployment.measurement()])
        #expect(deployment.configurationRequests == 4)
    }

    @Test("A key that the leader no longer has is replaced once, by uploads at the same time together")
    func outdatedKey() async throws {
        let deployment = try TestDeployment()
        let uploader = deployment.uploader()
        var random = deployment.random
        let old = TestKeys.key(99, .x25519AES128GCM, &random)
        let outdated = TransportResponse(
            status: 200, contentType: MediaType.hpkeConfigList.contentType,
            body: try HpkeConfigList([old.config]).encoded())
        deployment.transport.setWeather { request, ordinal in
            ordinal < 2 && request.url.hasPrefix(TestDeployment.leaderURL) ? .answer(outdated) : nil
        }
        try await withThrowingTaskGroup(of: UploadSummary.self) { group in
            for _ in 0..<5 {
                group.addTask { try await uploader.upload([deployment.measurement(), deployment.measurement()]) }
            }
            for try await summary in group { #expect(summary == UploadSummary(accepted: 2, rejected: [:])) }
        }
        #expect(deployment.configurationRequests == 4)
        #expect(try await deployment.collect(deployment.window()).result == .integer(10))
    }

    @Test("A leader that lies about its key, and keeps both reports, has one report of the measurement")
    func lyingLeader() async throws {
        let deployment = try TestDeployment()
        let isFirst = Mutex(true)
        deployment.transport.setWeather { request, _ in
            guard request.mediaType == .uploadReq, isFirst.withLock({ $0 }),
                let upload = try? UploadRequest(decoding: request.body)
            else { return nil }
            isFirst.withLock { $0 = false }
            let errors = UploadErrors(
                statuses: upload.reports.map { ReportUploadStatus(id: $0.metadata.reportID, error: .outdatedConfig) })
            return .answer(
                TransportResponse(
                    status: 200, contentType: MediaType.uploadErrors.contentType, body: (try? errors.encoded()) ?? []))
        }
        #expect(try await deployment.uploader().upload([deployment.measurement()]).accepted == 1)
        let bodies = deployment.transport.requests.filter { $0.mediaType == .uploadReq }.map(\.body)
        #expect(bodies.count == 2 && bodies[0] != bodies[1])
        let reports = try bodies.map { try #require(try UploadRequest(decoding: $0).reports.first) }
        #expect(reports[0].metadata == reports[1].metadata && reports[0].publicShare == reports[1].publicShare)
        // What it kept it may send to the helper as well.
        _ = try await deployment.upload.upload(task: deployment.task.id, body: bodies[0])
        #expect(try await deployment.collect(deployment.window()).result == .integer(1))
    }

    @Test("A key that stays unknown makes the upload end with outdated_config")
    func outdatedForEver() async throws {
        let deployment = try TestDeployment()
        var random = deployment.random
        let old = TestKeys.key(99, .x25519AES128GCM, &random)
        let outdated = TransportResponse(
            status: 200, contentType: MediaType.hpkeConfigList.contentType,
            body: try HpkeConfigList([old.config]).encoded())
        deployment.transport.setWeather { request, _ in
            request.url == TestDeployment.leaderURL + "hpke_config" ? .answer(outdated) : nil
        }
        let summary = try await deployment.uploader().upload([deployment.measurement()])
        #expect(summary == UploadSummary(accepted: 0, rejected: [0: .outdatedConfig]))
    }

    @Test("A list without a supported suite, an empty or malformed one ends the upload; a lost one is asked for again")
    func unusableConfigurations() async throws {
        let strange = HpkeConfig(id: 1, kemID: 0x10, kdfID: 1, aeadID: 1, publicKey: [4, 5])
        let bodies = [try HpkeConfigList([strange]).encoded(), [0, 0], [1, 2, 3]]
        for body in bodies {
            let deployment = try TestDeployment()
            let answer = TransportResponse(
                status: 200, contentType: MediaType.hpkeConfigList.contentType, body: body)
            deployment.transport.setWeather { request, _ in
                request.url == TestDeployment.helperURL + "/hpke_config" ? .answer(answer) : nil
            }
            await #expect(throws: (any Error).self) {
                try await deployment.uploader().upload([deployment.measurement()])
            }
            #expect(!deployment.transport.requests.contains { $0.method == .post })
        }
        let deployment = try TestDeployment()
        deployment.transport.setWeather { _, ordinal in ordinal < 4 ? .loseResponse : nil }
        #expect(try await deployment.uploader().upload([deployment.measurement()]).accepted == 1)
    }

    @Test("An unsupported suite is passed over for the next one")
    func preference() async throws {
        let deployment = try TestDeployment()
        let strange = HpkeConfig(id: 1, kemID: 0x10, kdfID: 1, aeadID: 1, publicKey: [4, 5])
        let factory = try ReportFactory(
            task: deployment.task.client,
            leaderConfigs: HpkeConfigList([strange, deployment.keys.leader[1].config]),
            helperConfigs: HpkeConfigList(deployment.keys.helper.map(\.config)))
        let report = try factory.reports(for: [deployment.measurement()], random: deployment.random)[0]
        #expect(report.leaderEncryptedInputShare.configID == 12)
        #expect(report.helperEncryptedInputShare.configID == 21)
    }

    @Test("A measurement that does not fit the task is refused before anything is sent")
    func misfit() async throws {
        let deployment = try TestDeployment([.sum(maxMeasurement: 10)])
        for measurement in [Prio3Measurement.integer(11), .vector([1])] {
            await #expect(throws: VDAFError.self) {
                try await deployment.uploader().upload([deployment.measurement(measurement)])
            }
        }
        #expect(!deployment.transport.requests.contains { $0.method == .post })
    }

    @Test("Reports differ in everything but their time, even for the same measurement")
    func reports() throws {
        let deployment = try TestDeployment([.histogram(length: 3, chunkLength: 2)])
        let reports = try (0..<20).map { _ in try deployment.report(.integer(1)) }
        #expect(Set(reports.map(\.metadata.reportID)).count == 20)
        #expect(Set(reports.map(\.leaderEncryptedInputShare)).count == 20)
        #expect(Set(reports.map(\.publicShare)).count == 20)
        #expect(Set(reports.map(\.metadata.time)).count == 1)
        #expect(reports.allSatisfy { $0.metadata.publicExtensions.isEmpty })
        // The time tells the unit, not the second.
        #expect(reports[0].metadata.time == Time(deployment.clock.now() / 3600))
    }
}

extension TestDeployment {
    fileprivate var configurationRequests: Int { transport.requests.count { $0.url.hasSuffix("hpke_config") } }
}
