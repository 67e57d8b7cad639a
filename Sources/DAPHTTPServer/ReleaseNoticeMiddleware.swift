import DAPMessages
import DAPRoles
import HTTPTypes
import Hummingbird

/// Exchanges with a leader what the two know of each other's releases (`ReleaseNotice`): its word is heard before its
/// request is handled, and every answer but a refusal carries the helper's, as it is after the request.
struct ReleaseNoticeMiddleware: RouterMiddleware {
    let releases: ReleaseWatch
    let leaders: any PeerTokens

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let resource = ResourceRequest(request: request, context: context)
        // Only a leader is believed. What is wrong with the request, its resource says.
        guard let field = HTTPField.Name(ReleaseNotice.fieldName), let task = try? resource.authorizedTask(leaders)
        else { return try await next(request, context) }
        if let notice = request.headers[field].flatMap(ReleaseNotice.init(field:)) {
            try await releases.hear(notice, of: task)
        }
        var response = try await next(request, context)
        if let notice = try await releases.notice(of: task) { response.headers[field] = notice.field }
        return response
    }
}
