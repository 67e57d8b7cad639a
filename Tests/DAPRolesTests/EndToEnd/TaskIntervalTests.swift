import DAPMessages
import DAPRoles
import DAPTesting
import Testing
import VDAF

/// The `task_interval` extension (DAP §4.2.3).
@Suite struct TaskIntervalTests {
    private let deployment: TestDeployment
    private let forge: ReportForge

    init() throws {
        var settings = TestDeployment.Settings()
        let now = Time(posixSeconds: VirtualClock().now(), precision: try TimePrecision(seconds: 3600))
        // From two units ago up to now.
        settings.taskInterval = Interval(start: Time(now.value - 2), duration: Duration(3))
        deployment = try TestDeployment(settings: settings)
        forge = ReportForge(deployment)
    }

    @Test("At upload the leader drops what is outside, and takes the first and the last unit")
    func upload() async throws {
        let reports = try [-3, -2, 0, 1, 1000].map { units in try forge.report { $0.unitsAhead = units } }
        let body = try UploadRequest(reports: reports.map(\.report)).encoded()
        let statuses = try await deployment.upload.upload(task: deployment.task.id, body: body).statuses
        #expect(
            statuses
                == [0, 3, 4].map { ReportUploadStatus(id: reports[$0].id, error: .reportDropped) })
    }

    @Test("In aggregation the helper says on which side a report is, however early it is")
    func aggregation() async throws {
        let reports = try [-3, -2, 0, 1, 1000].map { units in try forge.report { $0.unitsAhead = units } }
        let request = AggregationJobInitReq(verificationKeyID: 0, verifyInits: try await forge.verifyInits(reports))
        let answer = try await deployment.helper.createAggregationJob(
            task: deployment.task.id, body: try request.encoded()
        ).1
        #expect(
            try AggregationJobResp(decoding: answer.body()).verifyResps.map(\.outcome.error)
                == [.taskNotStarted, nil, nil, .taskExpired, .taskExpired])
    }

    @Test("What is inside is counted, and the extension is part of what envelopes are bound to")
    func collect() async throws {
        _ = try await deployment.uploader().upload([deployment.measurement()])
        #expect(try await deployment.collect(deployment.window()).result == .integer(1))
        let without = try TestDeployment()
        #expect(without.task.id != deployment.task.id)
    }

    @Test(
        "The rule tells before from after, and a task without the extension takes every time",
        arguments: [
            (9, ReportError.taskNotStarted), (10, nil), (14, nil), (15, .taskExpired), (.max, .taskExpired),
        ] as [(UInt64, ReportError?)])
    func rule(time: UInt64, error: ReportError?) {
        let interval = Interval(start: Time(10), duration: Duration(5))
        #expect(TaskIntervalRule.check(Time(time), taskInterval: interval) == error)
        #expect(TaskIntervalRule.check(Time(time), taskInterval: nil) == nil)
    }
}

/// Reports that the helper finds too early (DAP §4.5.3.1).
@Suite struct TooEarlyTests {
    @Test("A report that is too early for the helper is aggregated once its clock has come so far, and is not lost")
    func slowHelper() async throws {
        // The helper's clock is ten minutes behind the leader's.
        let helperClock = VirtualClock(VirtualClock().now() - 600)
        var settings = TestDeployment.Settings()
        settings.timePrecision = 60
        let deployment = try TestDeployment(settings: settings, helperClock: helperClock)
        _ = try await deployment.uploader().upload([deployment.measurement(), deployment.measurement(unitsAhead: -20)])
        let interval = Interval(start: Time(deployment.window().start.value - 20), duration: Duration(21))
        defer { deployment.clock.whileSleeping(nil) }
        deployment.clock.whileSleeping {
            try await deployment.step()
            helperClock.advance(seconds: 1)
            deployment.clock.advance(seconds: 1)
        }
        let result = try await deployment.collector().collect(.interval(interval), patience: 3600).result
        #expect(result.reportCount == 2)
        let jobs = deployment.transport.requests.count { $0.mediaType == .aggregationJobInitReq }
        // It rested longer each time instead of being sent second by second.
        #expect((3...20).contains(jobs))
    }

    @Test("All other rejections are final: the report is in no second job")
    func final() async throws {
        let deployment = try TestDeployment()
        let bad = try ReportForge(deployment).report { $0.envelope[.helper] = { $0.with(configID: 99) } }
        _ = try await deployment.upload.upload(
            task: deployment.task.id, body: try UploadRequest(reports: [bad.report]).encoded())
        try await deployment.pass(seconds: 200)
        #expect(deployment.transport.requests.count { $0.mediaType == .aggregationJobInitReq } == 1)
    }
}
