import DAPRoles
package import Hummingbird

/// Turns a router's own refusals, of unknown paths and methods, into problem documents.
package struct UnknownResourceMiddleware: RouterMiddleware {
    /// A middleware for a whole router.
    package init() {}

    /// Hands the request on.
    package func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return ProblemResponse.make(DAPAbort(.notFound, "there is no such resource"))
        }
    }
}
