import DAPMessages
import DAPRoles
import DAPTesting
import VDAF

extension FuzzWorld {
    func uploadRequestSeeds() throws -> [FuzzSeed] {
        var seeds: [FuzzSeed] = []
        for (index, task) in tasks.enumerated() {
            let open = try UploadRequest(reports: openReports(task, count: 2).map(\.report)).encoded()
            seeds.append(FuzzSeed("\(name(index))-sealed", [UInt8(index), 0] + (uploads[task.id] ?? [])))
            seeds.append(FuzzSeed("\(name(index))-open", [UInt8(index), 1] + open))
        }
        let open = try openReports(tasks[0], count: 1)[0].report
        let extended = Report(
            metadata: ReportMetadata(
                reportID: open.metadata.reportID, time: open.metadata.time,
                publicExtensions: [Extension(extensionType: 7, extensionData: [1])]),
            publicShare: open.publicShare, leaderEncryptedInputShare: open.leaderEncryptedInputShare,
            helperEncryptedInputShare: open.helperEncryptedInputShare)
        return seeds + [
            FuzzSeed("unknown-extension", [0, 1] + (try UploadRequest(reports: [extended]).encoded()), .refused),
            FuzzSeed("no-reports", [0, 0], .refused),
        ]
    }

    func aggregationJobRequestSeeds() async throws -> [FuzzSeed] {
        var seeds: [FuzzSeed] = []
        for (index, task) in tasks.enumerated() {
            let request = try await HonestRun(task, in: self).jobRequest
            seeds.append(FuzzSeed("\(name(index))-sealed", [UInt8(index), 0] + request))
            seeds.append(FuzzSeed("\(name(index))-open", [UInt8(index), 1] + (try await openJob(task).encoded())))
        }
        let later = try await openJob(tasks[5]).encoded()
        let more = AggregationJobContinueReq(step: 2, verifyContinues: [])
        return seeds + [
            FuzzSeed("answered-later", [5, 3] + later),
            FuzzSeed("continuation", [0, 4] + (try more.encoded()), .refused),
        ]
    }

    /// A job whose envelopes are still open.
    private func openJob(_ task: TestTask) async throws -> AggregationJobInitReq {
        let open = try openReports(task, count: 2)
        let outcomes = try await task.leader.leaderInitialize(
            open.map { report, share in
                VerificationInput(
                    nonce: report.metadata.reportID.bytes, publicShare: report.publicShare, inputShare: share, bucket: 0
                )
            })
        let batchID = try BatchID([UInt8](repeating: 9, count: BatchID.byteCount))
        return AggregationJobInitReq(
            verificationKeyID: 0,
            extensions: task.leader.batchMode == .leaderSelected ? [.leaderSelectedBatchID(batchID)] : [],
            verifyInits: try zip(open, outcomes).map { open, outcome in
                VerifyInit(
                    reportShare: ReportShare(
                        metadata: open.report.metadata, publicShare: open.report.publicShare,
                        encryptedInputShare: open.report.helperEncryptedInputShare),
                    payload: try outcome.get().outbound)
            })
    }

    func aggregationJobResponseSeeds() async throws -> [FuzzSeed] {
        var seeds: [FuzzSeed] = []
        for (index, task) in tasks.enumerated() {
            let response = try await HonestRun(task, in: self).jobResponse
            seeds.append(FuzzSeed(name(index), [UInt8(index), 0] + response))
        }
        let response = try await HonestRun(tasks[0], in: self).jobResponse
        let decoded = try AggregationJobResp(decoding: response)
        let outcomes: [VerifyResp.Outcome] = [.reject(.reportTooEarly), .reject(.reportReplayed), .finish]
        let mixed = zip(decoded.verifyResps, outcomes).map { VerifyResp(reportID: $0.reportID, outcome: $1) }
        let later = PeerScript.isDeferred | PeerScript.hasLocation
        return seeds + [
            FuzzSeed("answered-later", [0, later] + Array("/tasks/x/aggregation_jobs/y?step=0".utf8).piece + response),
            FuzzSeed("elsewhere", [0, later] + Array("http://elsewhere.example/".utf8).piece + response, .refused),
            FuzzSeed(
                "another-outcome-each", [0, 0] + (try AggregationJobResp(verifyResps: mixed).encoded()), .refused),
            FuzzSeed(
                "two-rejected",
                [0, 0]
                    + (try AggregationJobResp(verifyResps: mixed.prefix(2) + decoded.verifyResps.suffix(1)).encoded()),
                .refused),
            FuzzSeed("refused-with-a-problem", [0, 2 | 1 << 6, 0], .refused),
            FuzzSeed("busy", [0, 6 | 1 << 5], .refused),
        ]
    }
}
