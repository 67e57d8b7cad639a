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
            return try await respond(request, path.split(separator: "/").map(String.init))
        } catch let abort as DAPAbort {
            let problem = StoredProblem(type: abort.type ?? "about:blank", detail: abort.detail)
            return TransportResponse(
                status: abort.kind.status, contentType: "application/problem+json",
                retryAfter: abort.kind == .busy ? 2 : nil, problem: problem)
        } catch {
            return TransportResponse(status: 500)
        }
    }

    private func respond(_ request: TransportRequest, _ path: [String]) async throws -> TransportResponse {
        if request.method == .get, path == ["hpke_config"] {
            return .message(.hpkeConfigList, try hpkeConfigs.encoded())
        }
        guard path.count >= 3, path[0] == "tasks" else { throw DAPAbort(.notFound, "there is no such resource") }
        guard let task = try? TaskID(base64URL: path[1]) else {
            throw DAPAbort(.unrecognizedTask, "the URL has no valid task ID")
        }
        switch (role, request.method, path[2], path.count) {
        case (.leader(let upload, _), .post, "reports", 3):
            try expect(.uploadReq, request)
            let errors = try await upload.upload(task: task, body: request.body)
            if errors.statuses.isEmpty { return TransportResponse(status: 200) }
            return .message(.uploadErrors, try errors.encoded())
        case (.leader(_, let collection), .post, "collection_jobs", 3):
            try authorize(request, .collectionJobReq)
            let (id, state) = try await collection.create(task: task, body: request.body)
            return .collectionJob(state, location: "\(request.url)/\(id)")
        case (.leader(_, let collection), .get, "collection_jobs", 4):
            try authorize(request, nil)
            guard let id = try? CollectionJobID(base64URL: path[3]) else {
                throw DAPAbort(.notFound, "there is no such resource", task: task)
            }
            return .collectionJob(try await collection.job(task: task, id: id), location: nil)
        case (.helper(let handler), .post, "aggregation_jobs", 3):
            try authorize(request, .aggregationJobInitReq)
            let (id, body) = try await handler.createAggregationJob(task: task, body: request.body)
            return .message(.aggregationJobResp, body, location: "\(request.url)/\(id)")
        case (.helper(let handler), .post, "aggregate_shares", 3):
            try authorize(request, .aggregateShareReq)
            let (id, body) = try await handler.createAggregateShare(task: task, body: request.body)
            return .message(.aggregateShare, body, location: "\(request.url)/\(id)")
        default: throw DAPAbort(.notFound, "there is no such resource", task: task)
        }
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
