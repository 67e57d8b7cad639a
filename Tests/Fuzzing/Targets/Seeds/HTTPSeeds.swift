import DAPMessages
import DAPRoles

extension FuzzWorld {
    func httpRequestSeeds() async throws -> [FuzzSeed] {
        let task = tasks[0]
        let run = try await HonestRun(task, in: self)
        let (selected, selectedRun) = (tasks[5], try await HonestRun(tasks[5], in: self))
        let path = "\(Self.pathPrefix)/tasks/\(task.id)"
        let selectedPath = "\(Self.pathPrefix)/tasks/\(selected.id)"
        let job = "\(path)/aggregation_jobs/\(run.jobID)"
        let share = "\(path)/aggregate_shares/\(run.shareID)"
        let upload = post("\(path)/reports", .uploadReq, uploads[task.id] ?? [])
        let aggregation = post(
            "\(path)/aggregation_jobs", .aggregationJobInitReq, run.jobRequest, token: Self.leaderToken)
        let aggregateShare = post(
            "\(path)/aggregate_shares", .aggregateShareReq, run.shareRequest, token: Self.leaderToken)
        let collection = post(
            "\(path)/collection_jobs", .collectionJobReq, run.collectionRequest, token: Self.collectorToken)
        let selectedCollection = post(
            "\(selectedPath)/collection_jobs", .collectionJobReq, selectedRun.collectionRequest,
            token: Self.collectorToken)
        func leader(_ method: String, _ path: String) -> [UInt8] { request(method, path, token: Self.leaderToken) }
        let continuation = post(
            job, .aggregationJobContinueReq, try AggregationJobContinueReq(step: 1, verifyContinues: []).encoded(),
            token: Self.leaderToken)
        return [
            FuzzSeed("hpke-config", request("GET", "\(Self.pathPrefix)/hpke_config")),
            FuzzSeed("health", request("GET", "/livez") + request("GET", "/readyz")),
            FuzzSeed("upload", upload),
            FuzzSeed("upload-twice", upload + upload),
            FuzzSeed("aggregation-job", aggregation + leader("GET", "\(job)?step=0") + leader("DELETE", job)),
            FuzzSeed("aggregate-share", aggregation + aggregateShare + leader("GET", share) + leader("DELETE", share)),
            FuzzSeed("collection-job", collection + selectedCollection),
            FuzzSeed("continuation", aggregation + continuation, .refused),
            FuzzSeed("no-step", aggregation + leader("GET", job), .refused),
            FuzzSeed("no-token", request("GET", "\(job)?step=0"), .refused),
            FuzzSeed(
                "own-token-field", Array("GET \(share) HTTP/1.1\r\nDAP-Auth-Token: token of the leader\r\n\r\n".utf8),
                .refused),
            FuzzSeed("unknown-path", request("PUT", "//a/%2e%2e/b?c=d"), .refused),
            FuzzSeed("another-media-type", post("\(path)/reports", .collectionJobReq, []), .refused),
        ]
    }

    private func request(_ method: String, _ path: String, token: String? = nil) -> [UInt8] {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return Array("\(method) \(path) HTTP/1.1\r\n\(authorization)Content-Length: 0\r\n\r\n".utf8)
    }

    private func post(_ path: String, _ mediaType: MediaType, _ body: [UInt8], token: String? = nil) -> [UInt8] {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let head =
            "POST \(path) HTTP/1.1\r\nContent-Type: \(mediaType.contentType)\r\n\(authorization)"
            + "Content-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }
}
