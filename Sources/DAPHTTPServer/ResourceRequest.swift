import DAPMessages
import DAPRoles
import Hummingbird
import NIOCore

import enum DAPMessages.MediaType

/// What the resources' routes have in common: identifiers, bodies, tokens, and answers to what goes wrong.
struct ResourceRequest {
    let request: Request
    let context: BasicRequestContext

    /// The task of the URL's `{task-id}`.
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask` when it is not even the encoding of a task ID.
    func taskID() throws -> TaskID {
        guard let text = context.parameters.get("task"), let id = try? TaskID(base64URL: text) else {
            throw DAPAbort(.unrecognizedTask, "the URL has no valid task ID")
        }
        return id
    }

    /// Another identifier of the URL.
    ///
    /// - Throws: `DAPAbort` not found.
    func identifier<ID: OpaqueIdentifier>(_ name: String, as type: ID.Type, task: TaskID) throws -> ID {
        guard let text = context.parameters.get(name), let id = try? ID(base64URL: text) else {
            throw DAPAbort(.notFound, "there is no such resource", task: task)
        }
        return id
    }

    /// Refuses requests without an accepted token (DAP §3.5).
    func authorize(_ tokens: TokenDigests, task: TaskID) throws {
        guard tokens.accept(request) else {
            throw DAPAbort(.unauthorized, "the bearer token is missing or wrong", task: task)
        }
    }

    /// The body, when it has the media type and is not too large.
    func body(_ mediaType: MediaType, upTo limit: Int, task: TaskID) async throws -> [UInt8] {
        guard let contentType = request.headers[.contentType],
            (try? MediaType(contentType: contentType)) == mediaType
        else { throw DAPAbort(.unsupportedMediaType, "the media type must be \(mediaType.contentType)", task: task) }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
            throw tooLarge(limit, task)
        }
        do {
            let buffer = try await request.body.collect(upTo: limit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge(limit, task)
        } catch {
            throw ConnectionFault(underlying: error)
        }
    }

    /// Where a resource lies that a request to this URL created: an absolute path (DAP §3.3).
    func location(of id: some OpaqueIdentifier) -> String {
        let path = request.uri.path
        return path.hasSuffix("/") ? "\(path)\(id)" : "\(path)/\(id)"
    }

    private func tooLarge(_ limit: Int, _ task: TaskID) -> DAPAbort {
        DAPAbort(.tooLarge, "the body is longer than \(limit) bytes", task: task)
    }

    /// A response with a body of the given media type.
    static func response(_ mediaType: MediaType, _ body: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: mediaType.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
