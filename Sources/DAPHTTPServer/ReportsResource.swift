import DAPMessages
import DAPRoles
import Hummingbird

import enum DAPMessages.MediaType

/// `{leader}/tasks/{task-id}/reports` (DAP §4.4.2): open to every client.
struct ReportsResource {
    let handler: UploadHandler

    func add(to tasks: RouterGroup<BasicRequestContext>) {
        tasks.post("reports") { [handler] request, context in
            let resource = ResourceRequest(request: request, context: context)
            let task = try resource.taskID()
            let body = try await resource.body(.uploadReq, upTo: HTTPLimits.uploadBody, task: task)
            let errors = try await handler.upload(task: task, body: body)
            guard !errors.statuses.isEmpty else { return Response(status: .ok) }
            return .message(.uploadErrors, try errors.encoded())
        }
    }
}
