import DAPMessages
import DAPRoles
import Foundation
import Hummingbird
import Logging
import NIOCore
import PrioCommand

/// The paths below `/internal/test/` that one party serves. A request that is received gets the status 200, whatever
/// comes of it; the object in the answer tells `status` and, for an error, why.
struct TestAPI: Sendable {
    typealias Answer = [String: JSONValue]
    typealias Command = @Sendable (RequestFields) async throws -> Answer

    /// Bytes of a request.
    private static let longestBody = 8 << 20
    static let success: Answer = ["status": "success"]

    /// What is done, by the last part of the path.
    let commands: [String: Command]
    let logger: Logger

    /// Adds the routes to a router.
    func add(to router: Router<BasicRequestContext>) {
        let group = router.group("internal/test")
        // Whoever waits for a party may send nothing.
        group.post("ready") { _, _ in Self.response(Self.success) }
        for (name, command) in commands {
            group.post(RouterPath(name)) { [logger] request, _ in
                do {
                    let body = try await request.body.collect(upTo: Self.longestBody)
                    let fields = try RequestFields(body: Array(body.readableBytesView))
                    return Self.response(try await command(fields))
                } catch {
                    let reason = Self.reason(of: error)
                    logger.notice("refused", metadata: ["command": "\(name)", "reason": "\(reason)"])
                    return Self.response(["status": "error", "error": .string(reason)])
                }
            }
        }
    }

    /// What an error says to the one who runs the test: a peer's problem with its type.
    static func reason(of error: any Error) -> String {
        switch error {
        case let flaw as RequestFlaw: flaw.reason
        case is NIOTooManyBytesError: "the body is longer than \(longestBody) bytes"
        case UploadFailure.refused(let problem): "the leader refuses the upload: \(text(of: problem))"
        case CollectionFailure.refused(let problem, let status):
            "the leader refuses the collection job (status \(status)): \(text(of: problem))"
        default: CommandFailure(error).message
        }
    }

    private static func text(of problem: StoredProblem) -> String { "\(problem.type): \(problem.detail)" }

    private static func response(_ answer: Answer) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = (try? encoder.encode(JSONValue.object(answer))) ?? Data(#"{"status":"error"}"#.utf8)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
