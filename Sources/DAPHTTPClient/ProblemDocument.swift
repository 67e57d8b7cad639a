import DAPMessages
import DAPRoles
import Foundation

/// Reads problem documents (RFC 9457).
enum ProblemDocument {
    /// Longest document that is read, in bytes.
    private static let longestDocument = 64 << 10
    /// Longest type and detail that are kept, in characters: they are a stranger's text on its way into logs.
    private static let longestText = 500

    private struct Document: Decodable {
        let type: String?
        let title: String?
        let detail: String?
    }

    /// The document's type and detail, or nil when the body is not a problem document.
    static func read(contentType: String?, body: [UInt8]) -> StoredProblem? {
        guard let contentType, let parsed = try? ContentType(parsing: contentType), parsed.type == "application",
            parsed.subtype == "problem+json", body.count <= longestDocument,
            let document = try? JSONDecoder().decode(Document.self, from: Data(body))
        else { return nil }
        return StoredProblem(
            type: printable(document.type ?? "about:blank"), detail: printable(document.detail ?? document.title ?? ""))
    }

    private static func printable(_ text: String) -> String {
        let characters = text.unicodeScalars.prefix(longestText).map { scalar in
            switch scalar.properties.generalCategory {
            // Line breaks and what changes the direction of the text around it.
            case .control, .format, .lineSeparator, .paragraphSeparator: " " as Character
            default: Character(scalar)
            }
        }
        return String(characters)
    }
}
