import DAPMessages
import DAPRoles
import Hummingbird
import NIOCore

import enum DAPMessages.MediaType

/// What the resources' routes have in common: identifiers, tokens, bodies and locations.
struct ResourceRequest {
    let request: Request
    let context: BasicRequestContext

    /// The task of the URL's `{task-id}`.
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask` when it is not even the encoding of a task ID.
    func taskID() throws -> TaskID {
        guard let id = identifier("task", as: TaskID.self) else {
            throw DAPAbort(.unrecognizedTask, "the URL has no valid task ID")
        }
        return id
    }

    /// The URL's task, for a request with an accepted token (DAP §3.5).
    ///
    /// - Throws: `DAPAbort` `unrecognizedTask` as `taskID()` does, or unauthorized.
    func authorizedTask(_ tokens: any PeerTokens) throws -> TaskID {
        let task = try taskID()
        guard request.headers.bearerTokens.contains(where: { tokens.accept($0, task: task) }) else {
            throw DAPAbort(.unauthorized, "the bearer token is missing or wrong", task: task)
        }
        return task
    }

    /// An identifier of the URL, or nil when it is not the encoding of one.
    func identifier<ID: OpaqueIdentifier>(_ name: String, as type: ID.Type) -> ID? {
        context.parameters.get(name).flatMap { try? ID(base64URL: $0) }
    }

    /// The step in the URL (DAP §4.5.3.2); nil when it is missing, given twice, or no number.
    var step: UInt64? {
        let values = request.uri.queryParameters[values: "step"]
        guard values.count == 1, let text = values.first, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt64(text)
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
        } catch let abort as DAPAbort {
            throw abort
        } catch {
            throw ConnectionFault(underlying: error)
        }
    }

    private func tooLarge(_ limit: Int, _ task: TaskID) -> DAPAbort {
        DAPAbort(.tooLarge, "the body is longer than \(limit) bytes", task: task)
    }
}

/// Locations are absolute paths (DAP §3.2), without the query of the request.
extension ResourceRequest {
    /// Where the resource lies that was asked for.
    ///
    /// Empty segments mean nothing to the router, but at the front they would make another host of the next one.
    var location: String { "/" + request.uri.path.split(separator: "/").joined(separator: "/") }

    /// Where a resource lies that a request to this URL created.
    func location(below id: some OpaqueIdentifier) -> String { "\(location)/\(id)" }
}
