import DAPMessages
import DAPRoles
import Hummingbird

import enum DAPMessages.MediaType

/// `{helper}/tasks/{task-id}/aggregate_shares` (DAP §4.6.4): for the leader.
struct AggregateSharesResource {
    let handler: HelperHandler
    let leaders: TokenDigests

    func add(to tasks: RouterGroup<BasicRequestContext>) {
        tasks.post("aggregate_shares") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let task = try resource.taskID()
            try resource.authorize(leaders, task: task)
            let body = try await resource.body(.aggregateShareReq, upTo: HTTPLimits.collectionBody, task: task)
            let (id, answer) = try await handler.createAggregateShare(task: task, body: body)
            var response = ResourceRequest.response(.aggregateShare, answer)
            response.headers[.location] = resource.location(of: id)
            return response
        }
    }
}
