import DAPRoles
import Hummingbird
import Logging

/// Bounds how many requests are at work at DAP's resources, and turns every error of theirs into a problem document.
struct RefusalMiddleware: RouterMiddleware {
    let logger: Logger
    private let atWork = RequestGauge()
    private let start = ContinuousClock.now

    init(logger: Logger) { self.logger = logger }

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let share = RequestShare(of: atWork) { [start] in
            UInt64(clamping: (ContinuousClock.now - start).components.seconds)
        }
        defer { share.end() }
        do {
            var request = request
            if request.method == .post {
                request.body = RequestBody(asyncSequence: MeteredBody(base: request.body, share: share))
            } else {
                try share.begin()
            }
            return try await next(request, context)
        } catch let abort as DAPAbort {
            logger.debug("refused", metadata: ["path": "\(request.uri.path)", "detail": "\(abort.detail)"])
            return ProblemResponse.make(abort)
        } catch let fault as ConnectionFault {
            // The server below knows what to do with a connection that broke.
            throw fault.underlying
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return ProblemResponse.serverError()
        }
    }
}

/// The connection broke, or the peer did not speak HTTP, while a body was read.
struct ConnectionFault: Error {
    let underlying: any Error
}
