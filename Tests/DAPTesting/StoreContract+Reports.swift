import DAPMessages
import DAPRoles

extension StoreContract {
    static let reportChecks = [
        StoreCheck("a report seen in the same batch or in an earlier one is replayed") { store in
            let one = StoreSamples.report(1, time: 10)
            let two = StoreSamples.report(2, time: 10)
            try requireEqual(
                try await store.insertReports([one, two, one]), [.inserted, .inserted, .replayed], "the first batch")
            let three = StoreSamples.report(3, time: 11)
            try requireEqual(
                try await store.insertReports([two, three, one]), [.replayed, .inserted, .replayed], "the second batch")
        },
        StoreCheck("a report is replayed whatever else than its ID is new") { store in
            _ = try await store.insertReports([StoreSamples.report(1, time: 10)])
            try requireEqual(
                try await store.insertReports([StoreSamples.report(1, time: 11)]), [.replayed], "the outcome")
        },
        StoreCheck("tasks do not see each other's reports") { store in
            let outcomes = try await store.insertReports([
                StoreSamples.report(1, time: 10), StoreSamples.report(1, time: 10, task: StoreSamples.otherTask),
                StoreSamples.report(1, time: 10, task: StoreSamples.otherTask),
            ])
            try requireEqual(outcomes, [.inserted, .inserted, .replayed], "the outcomes")
            let user = StoreUser(store)
            try requireEqual(try await user.createJobs(), 1, "the task's jobs")
            try requireEqual(try await user.leaseAll().map(\.taskID), [StoreSamples.task], "the leased jobs' tasks")
            let pending = try await StoreUser(store, task: StoreSamples.otherTask).progress(
                StoreSamples.interval(0, 100))
            try requireEqual(pending, BatchProgress(aggregated: 0, pending: 1), "the other task's progress")
        },
        StoreCheck("an empty batch and a full one are stored") { store in
            try requireEqual(try await store.insertReports([]), [], "the empty batch")
            let outcomes = try await StoreUser(store).upload(0..<LeaderLimits.uploadBatch, time: 10)
            try require(outcomes.allSatisfy { $0 == .inserted }, "a full batch is inserted")
            try requireEqual(outcomes.count, LeaderLimits.uploadBatch, "the number of outcomes")
        },
        StoreCheck("a report comes back as it was uploaded") { store in
            let ciphertext = HpkeCiphertext(configID: 255, encapsulatedKey: [1], payload: [2])
            let reports = [
                UploadedReport(
                    taskID: StoreSamples.task,
                    metadata: ReportMetadata(
                        reportID: StoreSamples.reportID(1), time: Time(10),
                        publicExtensions: [Extension(extensionType: 3, extensionData: [0, 255])]),
                    publicShare: [], leaderInputShare: StoredSecret([]), helperEncryptedInputShare: ciphertext),
                UploadedReport(
                    taskID: StoreSamples.task, metadata: StoreSamples.metadata(2, time: 0),
                    publicShare: [UInt8](repeating: 0, count: 70_000), leaderInputShare: StoredSecret([0, 1, 2, 0]),
                    helperEncryptedInputShare: ciphertext),
            ]
            _ = try await store.insertReports(reports)
            try await StoreUser(store).createJobs()
            try require(
                try await StoreUser(store).lease().reports == reports, "the leased reports are the uploaded ones")
        },
        StoreCheck("a closed batch refuses reports, and its neighbours and other tasks accept them") { store in
            let user = StoreUser(store)
            _ = try await user.close(1, StoreSamples.interval(10, 5))
            let outcomes = try await store.insertReports([
                StoreSamples.report(1, time: 9), StoreSamples.report(2, time: 10), StoreSamples.report(3, time: 14),
                StoreSamples.report(4, time: 15), StoreSamples.report(5, time: 12, task: StoreSamples.otherTask),
            ])
            try requireEqual(outcomes, [.inserted, .batchClosed, .batchClosed, .inserted, .inserted], "the outcomes")
            try requireEqual(
                try await user.progress(StoreSamples.interval(10, 5)), BatchProgress(aggregated: 0, pending: 0),
                "the closed batch")
        },
        StoreCheck("a collected batch refuses reports") { store in
            let user = StoreUser(store)
            try await user.aggregate(0..<3, time: 12)
            try await user.collect(1, StoreSamples.interval(10, 5))
            try requireEqual(try await user.upload(5..<6, time: 10), [.batchClosed], "the outcome inside")
            try requireEqual(try await user.upload(6..<7, time: 15), [.inserted], "the outcome after it")
        },
        StoreCheck("a batch that was opened again accepts the reports that it refused") { store in
            let user = StoreUser(store)
            let work = try await user.close(1, StoreSamples.interval(10, 5))
            try requireEqual(try await user.upload(1..<2, time: 12), [.batchClosed], "the outcome while closed")
            try await user.fail(work)
            try requireEqual(try await user.upload(1..<2, time: 12), [.inserted], "the outcome when open again")
        },
        StoreCheck("a report that was stored is replayed, not refused, when its batch has closed since") { store in
            let user = StoreUser(store)
            try await user.upload(1..<2, time: 12)
            _ = try await user.close(1, StoreSamples.interval(10, 5))
            try requireEqual(try await user.upload(1..<3, time: 12), [.replayed, .batchClosed], "the outcomes")
        },
        StoreCheck("a report stays known when it is aggregated or rejected") { store in
            let user = StoreUser(store)
            try await user.upload(0..<3, time: 10)
            try await user.createJobs()
            try await user.finish(user.lease(), rejected: [StoreSamples.reportID(1): .vdafVerifyError])
            try requireEqual(try await user.upload(0..<3, time: 10), [.replayed, .replayed, .replayed], "the outcomes")
        },
    ]
}
