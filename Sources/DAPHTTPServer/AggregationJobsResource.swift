import DAPMessages
import DAPRoles
import Hummingbird

import enum DAPMessages.MediaType

/// `{helper}/tasks/{task-id}/aggregation_jobs` and the jobs below it (DAP §4.5.3, §4.5.4, §4.5.5): for the leader.
struct AggregationJobsResource {
    let handler: HelperHandler
    let leaders: any PeerTokens

    func add(to tasks: RouterGroup<BasicRequestContext>) {
        tasks.post("aggregation_jobs") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let task = try resource.authorizedTask(leaders)
            let body = try await resource.body(.aggregationJobInitReq, upTo: HTTPLimits.aggregationJobBody, task: task)
            let (id, answer) = try await handler.createAggregationJob(task: task, body: body)
            return representation(of: answer, at: resource.location(below: id), task: task)
        }
        tasks.get("aggregation_jobs/:job") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let (task, id) = try job(of: resource)
            let answer = try await handler.aggregationJob(task: task, id: id, step: resource.step)
            return representation(of: answer, at: resource.location, task: task)
        }
        tasks.post("aggregation_jobs/:job") { [self] request, context -> Response in
            let resource = ResourceRequest(request: request, context: context)
            let (task, id) = try job(of: resource)
            let body = try await resource.body(
                .aggregationJobContinueReq, upTo: HTTPLimits.aggregationJobBody, task: task)
            try await handler.continueAggregationJob(task: task, id: id, body: body)
            throw DAPAbort(.stepMismatch, "the aggregation job has no further step", task: task)
        }
        tasks.delete("aggregation_jobs/:job") { [self] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let (task, id) = try job(of: resource)
            try await handler.deleteAggregationJob(task: task, id: id)
            return Response(status: .ok)
        }
    }

    private func job(of resource: ResourceRequest) throws -> (TaskID, AggregationJobID) {
        let task = try resource.authorizedTask(leaders)
        guard let id = resource.identifier("job", as: AggregationJobID.self) else {
            throw DAPAbort(.unrecognizedAggregationJob, "the URL has no valid aggregation job ID", task: task)
        }
        return (task, id)
    }

    /// A job that is not ready is polled with the step that the leader is on, which with Prio3 is always the first.
    private func representation(of answer: HelperAnswer, at location: String, task: TaskID) -> Response {
        switch answer {
        case .pending: .pending(at: location + "?step=0", retryAfter: HelperHandler.retryAfter)
        case .answered(let body): .message(.aggregationJobResp, body, at: location)
        case .failed(let problem): ProblemResponse.make(problem, task: task, at: location)
        }
    }
}
