import DAPMessages
import DAPRoles
import Hummingbird

import enum DAPMessages.MediaType

/// `{leader}/tasks/{task-id}/collection_jobs` (DAP §4.6.1): for the collector.
struct CollectionJobsResource {
    let handler: CollectionHandler
    let collectors: TokenDigests

    func add(to tasks: RouterGroup<BasicRequestContext>) {
        tasks.post("collection_jobs") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let task = try resource.taskID()
            try resource.authorize(collectors, task: task)
            let body = try await resource.body(.collectionJobReq, upTo: HTTPLimits.collectionBody, task: task)
            let (id, state) = try await handler.create(task: task, body: body)
            var response = representation(of: state, task: task)
            response.headers[.location] = resource.location(of: id)
            return response
        }
        tasks.get("collection_jobs/:job") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let task = try resource.taskID()
            try resource.authorize(collectors, task: task)
            let id = try resource.identifier("job", as: CollectionJobID.self, task: task)
            return representation(of: try await handler.job(task: task, id: id), task: task)
        }
    }

    private func representation(of state: CollectionJobState, task: TaskID) -> Response {
        switch state {
        case .pending: Response(status: .ok, headers: [.retryAfter: String(CollectionHandler.retryAfter)])
        case .finished(let body): ResourceRequest.response(.collectionJobResp, body)
        case .failed(let problem): ProblemResponse.make(problem, task: task)
        }
    }
}
