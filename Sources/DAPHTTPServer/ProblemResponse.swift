import DAPMessages
import DAPRoles
import Foundation
import Hummingbird

/// The one place where a refusal becomes a status code and a problem document (DAP §3.6, RFC 9457).
enum ProblemResponse {
    private struct Document: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let taskid: String?
        let unsupportedExtensions: [UInt16]?

        enum CodingKeys: String, CodingKey {
            case type, title, status, detail, taskid
            case unsupportedExtensions = "unsupported_extensions"
        }
    }

    /// The response to a refused request.
    static func make(_ abort: DAPAbort) -> Response {
        var response = document(
            type: abort.type ?? "about:blank", status: status(of: abort.kind), detail: abort.detail,
            taskID: abort.taskID, unsupportedExtensions: abort.unsupportedExtensions)
        response.headers[.retryAfter] = abort.retryAfter.map { String($0) }
        if case .unauthorized = abort.kind { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }

    /// The response that hands on a stored problem.
    ///
    /// - Parameter location: where the resource lies that failed.
    static func make(_ problem: StoredProblem, task: TaskID, at location: String) -> Response {
        var response = document(type: problem.type, status: .badRequest, detail: problem.detail, taskID: task)
        response.headers[.location] = location
        return response
    }

    /// The response to a fault of our own, of which the peer learns nothing.
    static func serverError() -> Response {
        document(type: "about:blank", status: .internalServerError, detail: "the server failed; try again", taskID: nil)
    }

    private static func status(of kind: DAPAbort.Kind) -> HTTPResponse.Status {
        switch kind {
        case .dap(.unrecognizedTask), .dap(.unrecognizedAggregationJob), .notFound: .notFound
        case .dap(.batchMismatch), .dap(.batchOverlap), .dap(.stepMismatch): .conflict
        case .dap: .badRequest
        case .other: .badRequest
        case .unauthorized: .unauthorized
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .busy: .tooManyRequests
        }
    }

    private static func document(
        type: String, status: HTTPResponse.Status, detail: String, taskID: TaskID?, unsupportedExtensions: [UInt16] = []
    ) -> Response {
        let document = Document(
            type: type, title: ProblemType(urn: type)?.rawValue ?? status.reasonPhrase, status: status.code,
            detail: detail, taskid: taskID?.description,
            unsupportedExtensions: unsupportedExtensions.isEmpty ? nil : unsupportedExtensions)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = (try? encoder.encode(document)) ?? Data("{}".utf8)
        return Response(
            status: status, headers: [.contentType: "application/problem+json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
