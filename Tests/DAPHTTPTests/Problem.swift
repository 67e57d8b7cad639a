import DAPMessages
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

/// A problem document as a stranger reads it (RFC 9457).
struct Problem: Decodable, Equatable {
    let type: String
    let title: String
    let status: Int
    let detail: String
    let taskid: String?
    let unsupportedExtensions: [UInt16]?

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, taskid
        case unsupportedExtensions = "unsupported_extensions"
    }
}

extension TestResponse {
    /// The problem document of a refusal, which must be one.
    func problem(_ sourceLocation: SourceLocation = #_sourceLocation) throws -> Problem {
        #expect(headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        let problem = try JSONDecoder().decode(Problem.self, from: Data(bytes))
        #expect(problem.status == status.code, sourceLocation: sourceLocation)
        #expect(!problem.title.isEmpty && !problem.detail.isEmpty, sourceLocation: sourceLocation)
        return problem
    }

    /// Expects a refusal with a problem of DAP's.
    func expect(
        _ type: ProblemType, _ status: HTTPResponse.Status, task: TaskID?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(self.status == status, sourceLocation: sourceLocation)
        let problem = try problem(sourceLocation)
        #expect(problem.type == "urn:ietf:params:ppm:dap:error:" + type.rawValue, sourceLocation: sourceLocation)
        #expect(problem.taskid == task?.description, sourceLocation: sourceLocation)
    }
}
