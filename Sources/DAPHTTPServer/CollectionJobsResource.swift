import DAPMessages
import DAPRoles
import Hummingbird

import enum DAPMessages.MediaType

/// `{leader}/tasks/{task-id}/collection_jobs` and the jobs below it (DAP §4.6.1, §4.6.3): for the collector.
struct CollectionJobsResource {
    let handler: CollectionHandler
    let collectors: any PeerTokens

    func add(to tasks: RouterGroup<BasicRequestContext>) {
        tasks.post("collection_jobs") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let task = try resource.authorizedTask(collectors)
            let body = try await resource.body(.collectionJobReq, upTo: HTTPLimits.collectionBody, task: task)
            let (id, state) = try await handler.create(task: task, body: body)
            return representation(of: state, at: resource.location(below: id), task: task)
        }
        tasks.get("collection_jobs/:job") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let (task, id) = try job(of: resource)
            let state = try await handler.job(task: task, id: id)
            return representation(of: state, at: resource.location, task: task)
        }
        tasks.delete("collection_jobs/:job") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let (task, id) = try job(of: resource)
            try await handler.delete(task: task, id: id)
            return Response(status: .ok)
        }
    }

    private func job(of resource: ResourceRequest) throws -> (TaskID, CollectionJobID) {
        let task = try resource.authorizedTask(collectors)
        guard let id = resource.identifier("job", as: CollectionJobID.self) else {
            throw DAPAbort(.notFound, "there is no such collection job", task: task)
        }
        return (task, id)
    }

    private func representation(of state: CollectionJobState, at location: String, task: TaskID) -> Response {
        switch state {
        case .pending: .pending(at: location, retryAfter: CollectionHandler.retryAfter)
        case .finished(let body): .message(.collectionJobResp, body, at: location)
        case .failed(let problem): ProblemResponse.make(problem, task: task, at: location)
        }
    }
}
