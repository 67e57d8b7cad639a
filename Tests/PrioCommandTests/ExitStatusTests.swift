import DAPMessages
import DAPRoles
import HPKE
import MetricCatalog
import PrioCommand
import TLSCodec
import Testing
import VDAF

// The testing library has one, too.
import enum PrioCommand.ExitStatus

@Suite("Exit codes")
struct ExitStatusTests {
    @Test("The numbers are the documented ones")
    func numbers() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 10, 64, 65, 69, 75, 77, 78])
    }

    private struct Unheard: Error {}

    private static func problem(_ type: ProblemType) -> StoredProblem { StoredProblem(type: type.urn, detail: "why") }

    @Test(
        "Every kind of error has its exit code",
        arguments: [
            (CommandFailure(.usage, "x"), .usage),
            (MeasurementError.notAnOption, .badData),
            (MeasurementTimeError.afterEnd(Timestamp(posixSeconds: 0)), .badData),
            (VDAFError(.invalidMeasurement, "x"), .badData),
            (CodecError(.truncated, "x"), .badData),
            (FileError("f", "x", purpose: .data), .badData),
            (FileError("f", "x", purpose: .configuration), .badConfiguration),
            (FileError("f", "x", purpose: .output), .other),
            (HPKEError(.invalidKey, "x"), .badConfiguration),
            (TransportError("x"), .peerDown),
            (UploadFailure.unavailable("x"), .peerDown),
            (UploadFailure.refused(problem(.unrecognizedTask)), .badConfiguration),
            (UploadFailure.refused(problem(.invalidMessage)), .badData),
            (CollectionFailure.unavailable("x"), .peerDown),
            (CollectionFailure.notReady, .notReady),
            (CollectionFailure.unreadable("x"), .other),
            (CollectionFailure.refused(problem(.invalidBatchSize), status: 400), .notReady),
            (CollectionFailure.refused(problem(.batchOverlap), status: 400), .badData),
            (
                CollectionFailure.refused(StoredProblem(type: PrivacyBudgetProblem.type, detail: ""), status: 400),
                .budgetExceeded
            ),
            (CollectionFailure.refused(problem(.batchMismatch), status: 400), .other),
            (CollectionFailure.refused(problem(.unrecognizedTask), status: 404), .badConfiguration),
            (CollectionFailure.refused(StoredProblem(type: "about:blank", detail: ""), status: 401), .notAuthorised),
            (CollectionFailure.refused(StoredProblem(type: "about:blank", detail: ""), status: 403), .notAuthorised),
            (CollectionFailure.refused(StoredProblem(type: "about:blank", detail: ""), status: 404), .other),
            (CancellationError(), .other),
            (Unheard(), .other),
        ] as [(any Error, ExitStatus)])
    func mapping(error: any Error, status: ExitStatus) {
        #expect(CommandFailure(error).status == status)
    }

    @Test("A catalog's problems are told with the file, one on a line")
    func catalog() throws {
        let one = try #require(throws: CatalogError.self) { try Catalog(yaml: "metrics: []") }
        let failure = CommandFailure(catalog: one, path: "m.yaml")
        #expect(failure.status == .badData)
        #expect(failure.message.hasPrefix("m.yaml: "))
        #expect(!failure.message.contains("\n"))
        let several = try #require(throws: CatalogError.self) { try Catalog(yaml: "a: 1\nb: 2\nmetrics: []") }
        #expect(CommandFailure(catalog: several, path: "m.yaml").message.split(separator: "\n").count == 4)
    }

    @Test("What a peer writes cannot steer a terminal, nor fill it")
    func peerText() {
        let problem = StoredProblem(
            type: ProblemType.batchMismatch.urn, detail: "\u{1b}[2J\u{202e}" + String(repeating: "x", count: 5000))
        let message = CommandFailure(CollectionFailure.refused(problem, status: 400)).message
        #expect(!message.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" })
        #expect(message.count < 600)
    }

    @Test("An error and its hint are a line each")
    func lines() {
        #expect(CommandFailure(.other, "a", hint: "b").description == "error: a\nhint: b")
        #expect(CommandFailure(.other, "a").description == "error: a")
    }
}
