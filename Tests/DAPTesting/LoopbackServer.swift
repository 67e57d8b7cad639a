public import DAPMessages
public import DAPRoles
public import HPKE

/// An aggregator's resources without HTTP: the statuses, media types and locations are those of the real server.
public struct LoopbackServer: Sendable {
    /// Which resources it serves besides `hpke_config`.
    public enum Role: Sendable {
        /// Uploads and collection jobs.
        case leader(upload: UploadHandler, collection: CollectionHandler)
        /// Aggregation jobs and aggregate shares.
        case helper(HelperHandler)
    }

    private let role: Role
    private let hpkeConfigs: HpkeConfigList
    private let peer: SecretBytes

    /// - Parameter peer: the token of the one who may ask: the collector for a leader, the leader for a helper.
    public init(_ role: Role, hpkeConfigs: HpkeConfigList, peer: SecretBytes) {
        self.role = role
        self.hpkeConfigs = hpkeConfigs
        self.peer = peer
    }

    func handle(_ request: TransportRequest, path: String) async -> TransportResponse {
        do {
            let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
            let step = parts.count == 2 ? parts[1].split(separator: "=").last.flatMap { UInt64($0) } : nil
            return try await respond(request, (parts.first ?? "").split(separator: "/").map(String.init), step: step)
        } catch let abort as DAPAbort {
            let problem = StoredProblem(type: abort.type ?? "about:blank", detail: abort.detail)
            return TransportResponse(
                status: abort.kind.status, contentType: "application/problem+json",
                retryAfter: abort.retryAfter, problem: problem)
        } catch {
            return TransportResponse(status: 500)
        }
    }

    private func respond(
        _ request: TransportRequest, _ path: [String], step: UInt64?
    ) async throws -> TransportResponse {
        if request.method == .get, path == ["hpke_config"] {
            return .message(.hpkeConfigList, try hpkeConfigs.encoded())
        }
        guard path.count >= 3, path[0] == "tasks" else { throw DAPAbort(.notFound, "there is no such resource") }
        guard let task = try? TaskID(base64URL: path[1]) else {
            throw DAPAbort(.unrecognizedTask, "the URL has no valid task ID")
        }
        switch (role, path[2]) {
        case (.leader(let upload, _), "reports") where request.method == .post && path.count == 3:
            try expect(.uploadReq, request)
            let errors = try await upload.upload(task: task, body: request.body)
            if errors.statuses.isEmpty { return TransportResponse(status: 200) }
            return .message(.uploadErrors, try errors.encoded())
        case (.leader(_, let handler), "collection_jobs"):
            return try await collectionJobs(handler, request, task, job: path.dropFirst(3).first)
        case (.helper(let handler), "aggregation_jobs"):
            return try await exchangingNotices(handler, request, task) {
                try await aggregationJobs(handler, request, task, job: path.dropFirst(3).first, step: step)
            }
        case (.helper(let handler), "aggregate_shares"):
            return try await exchangingNotices(handler, request, task) {
                try await aggregateShares(handler, request, task, share: path.dropFirst(3).first)
            }
        default: throw DAPAbort(.notFound, "there is no such resource", task: task)
        }
    }

    private func exchangingNotices(
        _ handler: HelperHandler, _ request: TransportRequest, _ task: TaskID,
        answer: () async throws -> TransportResponse
    ) async throws -> TransportResponse {
        guard request.token == peer, let releases = handler.releases else { return try await answer() }
        if let notice = request.releases { try await releases.hear(notice, of: task) }
        var response = try await answer()
        response.releases = try await releases.notice(of: task)
        return response
    }

    private func collectionJobs(
        _ handler: CollectionHandler, _ request: TransportRequest, _ task: TaskID, job: String?
    ) async throws -> TransportResponse {
        try authorize(request, job == nil ? .collectionJobReq : nil)
        guard let job else {
            let (id, state) = try await handler.create(task: task, body: request.body)
            return .collectionJob(state, location: "\(request.url)/\(id)")
        }
        guard let id = try? CollectionJobID(base64URL: job) else {
            throw DAPAbort(.notFound, "there is no such resource", task: task)
        }
        if request.method == .delete {
            try await handler.delete(task: task, id: id)
            return TransportResponse(status: 200)
        }
        return .collectionJob(try await handler.job(task: task, id: id), location: nil)
    }

    private func aggregationJobs(
        _ handler: HelperHandler, _ request: TransportRequest, _ task: TaskID, job: String?, step: UInt64?
    ) async throws -> TransportResponse {
        try authorize(request, job == nil ? .aggregationJobInitReq : nil)
        guard let job else {
            let (id, answer) = try await handler.createAggregationJob(task: task, body: request.body)
            return .helperAnswer(answer, .aggregationJobResp, location: "\(request.url)/\(id)?step=0")
        }
        guard let id = try? AggregationJobID(base64URL: job) else {
            throw DAPAbort(.unrecognizedAggregationJob, "there is no such aggregation job", task: task)
        }
        switch request.method {
        case .delete:
            try await handler.deleteAggregationJob(task: task, id: id)
            return TransportResponse(status: 200)
        case .post:
            try await handler.continueAggregationJob(task: task, id: id, body: request.body)
            return TransportResponse(status: 200)
        case .get:
            let answer = try await handler.aggregationJob(task: task, id: id, step: step)
            return .helperAnswer(answer, .aggregationJobResp, location: request.url)
        }
    }

    private func aggregateShares(
        _ handler: HelperHandler, _ request: TransportRequest, _ task: TaskID, share: String?
    ) async throws -> TransportResponse {
        try authorize(request, share == nil ? .aggregateShareReq : nil)
        guard let share else {
            let (id, answer) = try await handler.createAggregateShare(task: task, body: request.body)
            return .helperAnswer(answer, .aggregateShare, location: "\(request.url)/\(id)")
        }
        guard let id = try? AggregateShareID(base64URL: share) else {
            throw DAPAbort(.notFound, "there is no such resource", task: task)
        }
        if request.method == .delete {
            try await handler.deleteAggregateShare(task: task, id: id)
            return TransportResponse(status: 200)
        }
        return .helperAnswer(try await handler.aggregateShare(task: task, id: id), .aggregateShare, location: nil)
    }

    private func authorize(_ request: TransportRequest, _ mediaType: MediaType?) throws {
        guard request.token == peer else { throw DAPAbort(.unauthorized, "the bearer token is missing or wrong") }
        if let mediaType { try expect(mediaType, request) }
    }

    private func expect(_ mediaType: MediaType, _ request: TransportRequest) throws {
        guard request.mediaType == mediaType else { throw DAPAbort(.unsupportedMediaType, "another media type") }
    }
}

extension TransportResponse {
    fileprivate static func message(_ mediaType: MediaType, _ body: [UInt8], location: String? = nil)
        -> TransportResponse
    {
        TransportResponse(status: 200, contentType: mediaType.contentType, location: location, body: body)
    }

    fileprivate static func helperAnswer(
        _ answer: HelperAnswer, _ mediaType: MediaType, location: String?
    ) -> TransportResponse {
        switch answer {
        case .pending: TransportResponse(status: 200, location: location, retryAfter: HelperHandler.retryAfter)
        case .answered(let body): message(mediaType, body, location: location)
        case .failed(let problem):
            TransportResponse(
                status: 400, contentType: "application/problem+json", location: location, problem: problem)
        }
    }

    fileprivate static func collectionJob(_ state: CollectionJobState, location: String?) -> TransportResponse {
        switch state {
        case .pending: TransportResponse(status: 200, location: location, retryAfter: CollectionHandler.retryAfter)
        case .finished(let body): message(.collectionJobResp, body, location: location)
        case .failed(let problem):
            TransportResponse(
                status: 400, contentType: "application/problem+json", location: location, problem: problem)
        }
    }
}

extension DAPAbort.Kind {
    fileprivate var status: Int {
        switch self {
        case .dap(.unrecognizedTask), .dap(.unrecognizedAggregationJob), .notFound: 404
        case .dap(.batchMismatch), .dap(.batchOverlap), .dap(.stepMismatch): 409
        case .dap, .other: 400
        case .unauthorized: 401
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .busy: 429
        }
    }
}
