import ArgumentParser
import DAPMessages
import DAPRoles
import HPKE
public import MetricCatalog
import TLSCodec
import VDAF

extension CommandFailure {
    /// What any error means for the one who typed the command: the one place where errors become exit codes.
    public init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ValidationError: self.init(.usage, error.message)
        case let error as FileError: self.init(error.status, error.description, hint: error.hint)
        case let error as CatalogError: self.init(catalog: error, path: nil)
        case let error as MeasurementError: self.init(.badData, "the value is \(error)")
        case let error as MeasurementTimeError: self.init(.badData, "not sent: \(error)")
        case let error as CSVError: self.init(.badData, error.description)
        case let failure as UploadFailure: self.init(upload: failure)
        case let failure as CollectionFailure: self.init(collection: failure)
        case let error as TransportError: self.init(.peerDown, error.reason)
        case let error as TaskRefused: self.init(.badConfiguration, "a task cannot be taken part in: \(error.reason)")
        case let error as HPKEError: self.init(.badConfiguration, error.reason)
        case let error as VDAFError: self.init(.badData, error.reason)
        case let error as CodecError: self.init(.badData, "something does not decode: \(error.reason)")
        case is CancellationError: self.init(.other, "stopped")
        default: self.init(.other, "\(error)")
        }
    }

    /// A catalog that cannot be used: one line, or a line for each problem.
    public init(catalog error: CatalogError, path: String?) {
        let name = path ?? "the catalog"
        let lines = error.description.split(separator: "\n")
        if lines.count == 1 {
            self.init(.badData, "\(name): \(lines[0])")
        } else {
            self.init(.badData, "\(name) cannot be used:\n" + lines.map { "  \($0)" }.joined(separator: "\n"))
        }
    }

    private init(upload failure: UploadFailure) {
        switch failure {
        case .unavailable(let reason): self.init(.peerDown, reason, hint: Self.downHint)
        case .refused(let problem): self.init(problem: problem, status: nil)
        }
    }

    private init(collection failure: CollectionFailure) {
        switch failure {
        case .unavailable(let reason): self.init(.peerDown, "the leader: \(reason)", hint: Self.downHint)
        case .notReady:
            self.init(
                .notReady, "the leader is still working on the batch",
                hint: "the job goes on; the same command later finds it, and --wait waits longer")
        case .unreadable(let reason): self.init(.other, reason)
        case .refused(let problem, let status): self.init(problem: problem, status: status)
        }
    }

    /// What the leader's problem document means. `status` is the HTTP status, if it is known.
    private init(problem: StoredProblem, status: Int?) {
        let detail = Self.printable(problem.detail)
        if problem.type == PrivacyBudgetProblem.type {
            self.init(
                .budgetExceeded, detail,
                hint: "prio-collector budget shows what has been released, and what is left of each limit")
            return
        }
        switch ProblemType(urn: problem.type) {
        case .unrecognizedTask:
            self.init(
                .badConfiguration, "the leader does not know the metric's task",
                hint: "its catalog differs from yours, in the metric, a URL or the collector's key: use the same file")
        case .invalidBatchSize: self.init(.notReady, "too few reports: \(detail)")
        case .batchOverlap:
            self.init(
                .badData, "a part of it has been collected before, with other bounds",
                hint: "every report is released once; what was released then is in that collector's results")
        case .batchInvalid, .invalidMessage, .invalidAggregationParameter, .unsupportedExtension, .invalidExtension:
            self.init(.badData, "the leader refuses the request: \(detail)")
        case .batchMismatch, .stepMismatch, .invalidTask, .unrecognizedAggregationJob:
            self.init(.other, "the aggregators cannot do it: \(detail)")
        case nil where status == 401 || status == 403:
            self.init(
                .notAuthorised, "the leader does not accept the token",
                hint: "its collector_token_sha256 must list the SHA-256 of this collector's token")
        case nil: self.init(.other, "the leader refuses the request: \(detail)")
        }
    }

    private static let downHint = "is the aggregator running, and is its URL in the catalog the right one?"

    /// Longest text of a peer that is shown, in characters.
    private static let shownDetail = 500

    /// A peer's text without anything that a terminal acts upon.
    private static func printable(_ text: String) -> String {
        let visible = text.unicodeScalars.prefix(shownDetail).map {
            $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "?" : String($0)
        }
        return visible.joined()
    }
}
