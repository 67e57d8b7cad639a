import DAPMessages
import DAPRoles
import DAPTesting

extension FuzzWorld {
    /// ```
    /// task       1 byte
    /// kind       1 byte: 0 envelopes are still to be sealed, 1 answered later, 2 a continuation of an honest job
    /// request    an AggregationJobInitReq, or an AggregationJobContinueReq
    /// ```
    func aggregationJobRequest(_ input: FuzzInput) async throws -> FuzzVerdict {
        var input = input
        let task = tasks[input.choice(of: tasks.count)]
        let kind = input.byte()
        let body = input.rest()
        let parties = FuzzParties(self)
        if kind & 4 != 0 { return try await continuation(body, of: task, parties) }

        var request = try decoded(AggregationJobInitReq.self, body)
        if kind & 1 != 0, let open = request { request = try sealed(open, task: task) }
        let sent = try request?.encoded() ?? body
        let helper = kind & 2 != 0 ? parties.deferringHelper : parties.helper
        let created = try await unlessRefused { try await helper.createAggregationJob(task: task.id, body: sent) }
        guard let (id, first) = created else { return .refused }
        guard let request else { throw LawBroken("a job that does not decode is refused") }
        if kind & 2 != 0 {
            try expect(first == .pending, "a request that is answered later is pending at first")
            try await parties.step()
        }
        let later = try await helper.aggregationJob(task: task.id, id: id, step: 0)
        guard case .answered(let answer) = later else { throw LawBroken("a job that was taken on is answered") }
        try expect(kind & 2 != 0 || first == later, "a job's representation stays")
        let again = try await helper.createAggregationJob(task: task.id, body: sent)
        try expect(again.0 == id && again.1 == later, "the same request has the same answer")

        guard let response = try decoded(AggregationJobResp.self, answer) else {
            throw LawBroken("the helper's response decodes")
        }
        let reports = request.verifyInits.map(\.reportShare.metadata)
        try expect(
            response.verifyResps.map(\.reportID) == reports.map(\.reportID), "there is an answer for every report")
        let counted = zip(reports, response.verifyResps).compactMap { report, answer in
            if case .continue = answer.outcome { report } else { nil }
        }
        try await expectCounted(counted, batchID: request.leaderSelectedBatchID(), task: task, parties)
        try await helper.deleteAggregationJob(task: task.id, id: id)
        let deleted = try await unlessRefused { try await helper.aggregationJob(task: task.id, id: id, step: 0) }
        try expect(
            deleted == (counted.isEmpty ? nil : later), "a deleted job is gone, unless it has counted reports")
        return counted.count == reports.count ? .accepted : .refused
    }

    /// The helper has counted these reports and no others.
    private func expectCounted(
        _ reports: [ReportMetadata], batchID: BatchID?, task: TestTask, _ parties: FuzzParties
    ) async throws {
        guard let first = reports.map(\.time).min(), let last = reports.map(\.time).max() else { return }
        let interval = try Interval(from: first, through: last)
        var checksum = BatchChecksum()
        for report in reports { checksum.add(report.reportID) }
        let request = AggregateShareReq(
            collectionJobReq: CollectionJobReq(
                query: batchID == nil
                    ? .timeInterval(TimeIntervalQueryConfig(batchInterval: interval)) : .leaderSelected),
            batchSelector: batchID.map { .leaderSelected(LeaderSelectedBatchSelectorConfig(batchID: $0)) }
                ?? .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: interval)),
            reportCount: UInt64(reports.count), checksum: checksum)
        let answer = try await unlessRefused {
            try await parties.helper.createAggregateShare(task: task.id, body: try request.encoded())
        }
        try expect(
            (answer != nil) == (UInt64(reports.count) >= Self.minBatchSize),
            "the helper counts what it says it has verified")
    }

    private func continuation(
        _ body: [UInt8], of task: TestTask, _ parties: FuzzParties
    ) async throws -> FuzzVerdict {
        _ = try decoded(AggregationJobContinueReq.self, body)
        try await parties.aggregateHonestReports(of: task, in: self)
        let jobs = parties.transport.requests.filter { $0.url.contains("aggregation_jobs") }
        guard let job = jobs.first else { throw LawBroken("honest reports go into a job") }
        let (id, before) = try await parties.helper.createAggregationJob(task: task.id, body: job.body)
        let continued: Void? = try await unlessRefused {
            try await parties.helper.continueAggregationJob(task: task.id, id: id, body: body)
        }
        try expect(continued == nil, "Prio3 has nothing to continue")
        let after = try await parties.helper.aggregationJob(task: task.id, id: id, step: 0)
        try expect(before == after, "a refused continuation changes nothing")
        return .refused
    }
}
