import DAPMessages
import DAPRoles
import Hummingbird

import enum DAPMessages.MediaType

/// `{helper}/tasks/{task-id}/aggregate_shares` and the shares below it (DAP §4.6.4, §4.6.5): for the leader.
struct AggregateSharesResource {
    let handler: HelperHandler
    let leaders: any PeerTokens

    func add(to tasks: RouterGroup<BasicRequestContext>) {
        tasks.post("aggregate_shares") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let task = try resource.authorizedTask(leaders)
            let body = try await resource.body(.aggregateShareReq, upTo: HTTPLimits.collectionBody, task: task)
            let (id, answer) = try await handler.createAggregateShare(task: task, body: body)
            return representation(of: answer, at: resource.location(below: id), task: task)
        }
        tasks.get("aggregate_shares/:share") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let (task, id) = try share(of: resource)
            let answer = try await handler.aggregateShare(task: task, id: id)
            return representation(of: answer, at: resource.location, task: task)
        }
        tasks.delete("aggregate_shares/:share") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let (task, id) = try share(of: resource)
            try await handler.deleteAggregateShare(task: task, id: id)
            return Response(status: .ok)
        }
    }

    private func share(of resource: ResourceRequest) throws -> (TaskID, AggregateShareID) {
        let task = try resource.authorizedTask(leaders)
        guard let id = resource.identifier("share", as: AggregateShareID.self) else {
            throw DAPAbort(.notFound, "there is no such aggregate share", task: task)
        }
        return (task, id)
    }

    private func representation(of answer: HelperAnswer, at location: String, task: TaskID) -> Response {
        switch answer {
        case .pending: .pending(at: location, retryAfter: HelperHandler.retryAfter)
        case .answered(let body): .message(.aggregateShare, body, at: location)
        case .failed(let problem): ProblemResponse.make(problem, task: task, at: location)
        }
    }
}
