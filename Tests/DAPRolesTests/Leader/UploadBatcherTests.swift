import DAPMessages
import DAPRoles
import DAPTesting
import Testing

@Suite struct UploadBatcherTests {
    @Test("Uploads that come while a transaction runs share the next one, and each gets its own outcomes")
    func sharesTransactions() async throws {
        let store = GatedReportStore()
        let batcher = UploadBatcher(store: store)
        let results = try await withThrowingTaskGroup(of: (Int, [ReportInsertion]).self) { group in
            group.addTask { (0, try await batcher.insert([StoreSamples.report(0, time: 1)])) }
            await store.reached(transactions: 1)
            for upload in 1...50 {
                // Every other upload repeats the first one's report beside its own.
                let numbers = upload.isMultiple(of: 2) ? [upload, 0] : [upload]
                group.addTask { (upload, try await batcher.insert(numbers.map { StoreSamples.report($0, time: 1) })) }
            }
            while await batcher.waitingReportCount < 75 { await Task.yield() }
            await store.open()
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(await store.sizes == [1, 75])
        #expect(results[0] == [.inserted])
        for upload in 1...50 {
            #expect(results[upload] == (upload.isMultiple(of: 2) ? [.inserted, .replayed] : [.inserted]))
        }
    }

    @Test("An upload is answered only after its commit")
    func answersAfterCommit() async throws {
        let store = GatedReportStore()
        let batcher = UploadBatcher(store: store)
        let answered = Task {
            let outcomes = try await batcher.insert([StoreSamples.report(0, time: 1)])
            #expect(await store.committed == 1)
            return outcomes
        }
        await store.reached(transactions: 1)
        #expect(await store.committed == 0)
        await store.open()
        #expect(try await answered.value == [.inserted])
    }

    @Test("A failing transaction fails its own uploads and no others")
    func failure() async throws {
        let store = GatedReportStore(failing: [2])
        let batcher = UploadBatcher(store: store)
        let first = Task { try await batcher.insert([StoreSamples.report(0, time: 1)]) }
        await store.reached(transactions: 1)
        let second = [1, 2].map { number in Task { try await batcher.insert([StoreSamples.report(number, time: 1)]) } }
        while await batcher.waitingReportCount < 2 { await Task.yield() }
        await store.open()
        #expect(try await first.value == [.inserted])
        for upload in second { await #expect(throws: GatedReportStore.Failure.self) { try await upload.value } }
        #expect(try await batcher.insert([StoreSamples.report(1, time: 1)]) == [.inserted])
    }

    @Test("A transaction takes whole uploads, up to its limit")
    func limit() async throws {
        let store = GatedReportStore()
        let batcher = UploadBatcher(store: store)
        let sizes = [1, 600, 300, 101, 1000]
        await withTaskGroup(of: Void.self) { group in
            for (upload, size) in sizes.enumerated() {
                let before = await batcher.waitingReportCount
                group.addTask {
                    let reports = (0..<size).map { StoreSamples.report(upload * 1000 + $0, time: 1) }
                    #expect((try? await batcher.insert(reports))?.count == size)
                }
                if upload == 0 {
                    await store.reached(transactions: 1)
                } else {
                    while await batcher.waitingReportCount == before { await Task.yield() }
                }
            }
            await store.open()
        }
        #expect(await store.sizes == [1, 900, 101, 1000])
    }

    @Test("Beyond the named number of waiting reports uploads are refused as busy; later ones are taken again")
    func busy() async throws {
        let store = GatedReportStore()
        let batcher = UploadBatcher(store: store)
        let uploads = UploadBatcher.waitingReports / 1000 + 1
        try await withThrowingTaskGroup(of: Void.self) { group in
            for upload in 0..<uploads {
                group.addTask {
                    _ = try await batcher.insert((0..<1000).map { StoreSamples.report(upload * 1000 + $0, time: 1) })
                }
                if upload == 0 { await store.reached(transactions: 1) }
            }
            while await batcher.waitingReportCount < UploadBatcher.waitingReports { await Task.yield() }
            await expectAbort(.busy) { _ = try await batcher.insert([StoreSamples.report(2_000_000, time: 1)]) }
            await store.open()
            try await group.waitForAll()
        }
        #expect(try await batcher.insert([StoreSamples.report(1_000_000, time: 1)]) == [.inserted])
    }

    @Test("An upload whose client goes away is stored all the same")
    func cancelled() async throws {
        let store = GatedReportStore()
        let batcher = UploadBatcher(store: store)
        let upload = Task { try await batcher.insert([StoreSamples.report(0, time: 1)]) }
        await store.reached(transactions: 1)
        upload.cancel()
        await store.open()
        #expect(try await upload.value == [.inserted])
    }
}
