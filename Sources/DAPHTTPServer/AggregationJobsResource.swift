import DAPMessages
import DAPRoles
import Hummingbird

import enum DAPMessages.MediaType

/// `{helper}/tasks/{task-id}/aggregation_jobs` (DAP §4.5.3): for the leader.
struct AggregationJobsResource {
    let handler: HelperHandler
    let leaders: TokenDigests

    func add(to tasks: RouterGroup<BasicRequestContext>) {
        tasks.post("aggregation_jobs") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let task = try resource.taskID()
            try resource.authorize(leaders, task: task)
            let body = try await resource.body(.aggregationJobInitReq, upTo: HTTPLimits.aggregationJobBody, task: task)
            let (id, answer) = try await handler.createAggregationJob(task: task, body: body)
            var response = ResourceRequest.response(.aggregationJobResp, answer)
            response.headers[.location] = resource.location(of: id)
            return response
        }
    }
}
