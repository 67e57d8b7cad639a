import DAPMessages
import DAPRoles
import DAPTesting

extension FuzzWorld {
    /// ```
    /// task       1 byte
    /// script     a PeerScript whose body is an AggregationJobResp
    /// ```
    func aggregationJobResponse(_ input: FuzzInput) async throws -> FuzzVerdict {
        var input = input
        let task = tasks[input.choice(of: tasks.count)]
        let script = PeerScript(&input, mediaType: .aggregationJobResp)
        _ = try decoded(AggregationJobResp.self, script.body)
        let parties = FuzzParties(self)
        let store = parties.leaderStore
        let errors = try await parties.upload.upload(task: task.id, body: uploads[task.id] ?? [])
        try expect(errors.statuses.isEmpty, "honest reports are accepted")
        let count = Int(Self.honestReports)

        parties.transport.setWeather(script.weather("/aggregation_jobs"))
        try await parties.step(pauses: 2)
        try await expectAccounted(count, task: task, store)
        let rejected = await store.rejections(task: task.id)
        let left = await store.reportsWithShares

        // Whatever the helper did, once it is honest every report comes to an end.
        parties.transport.setWeather(nil)
        try await parties.step(pauses: 3)
        try await expectAccounted(count, task: task, store)
        try expect(await store.reportsWithShares == 0, "every report is aggregated or rejected in the end")
        try parties.checkOrigins()
        return left == 0 && rejected.isEmpty ? .accepted : .refused
    }

    /// Every report is aggregated, pending or rejected.
    private func expectAccounted(_ count: Int, task: TestTask, _ store: MemoryStore) async throws {
        let rejected = await store.rejections(task: task.id).count
        guard task.leader.batchMode == .timeInterval else {
            return try expect(await store.reportsWithShares + rejected <= count, "no report counts twice")
        }
        let batch = BatchSelector.timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: window(task)))
        let progress = try await store.batchProgress(task: task.id, batch: batch)
        try expect(
            Int(progress.aggregated) + Int(progress.pending) + rejected == count,
            "every report is aggregated, pending or rejected")
        try expect(
            await store.reportsWithShares == Int(progress.pending), "exactly the pending reports have their shares")
    }
}
