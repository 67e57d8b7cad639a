import DAPMessages
import DAPRoles
import Testing

/// Expects that work is refused with a problem of the given kind.
func expectAbort(
    _ kind: DAPAbort.Kind, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ work: () async throws -> Void
) async {
    do {
        try await work()
        Issue.record(comment ?? "it was not refused", sourceLocation: sourceLocation)
    } catch let abort as DAPAbort {
        #expect(abort.kind == kind, comment, sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, comment, sourceLocation: sourceLocation)
    }
}
