import DAPRoles
import Hummingbird
import Logging

/// Bounds how many requests are at work at DAP's resources, and turns every error of theirs into a problem document.
struct RefusalMiddleware: RouterMiddleware {
    let logger: Logger
    private let atWork = RequestGauge()

    init(logger: Logger) { self.logger = logger }

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let bytes = Self.announcedBytes(request)
        guard atWork.enter(bytes: bytes) else {
            return ProblemResponse.make(DAPAbort(.busy, "too many requests are at work"))
        }
        defer { atWork.leave(bytes: bytes) }
        do {
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

    /// What a body counts for while its request is at work. Longer ones are refused anyway.
    private static func announcedBytes(_ request: Request) -> Int {
        if let length = request.headers[.contentLength].flatMap(Int.init) {
            return min(max(length, 0), HTTPLimits.aggregationJobBody)
        }
        return request.headers[.transferEncoding] == nil ? 0 : HTTPLimits.uploadBody
    }
}

/// The connection broke, or the peer did not speak HTTP, while a body was read.
struct ConnectionFault: Error {
    let underlying: any Error
}
