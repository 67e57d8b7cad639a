public import DAPMessages

/// A request that is refused because of what the peer sent: a problem document to answer with (DAP §3.6).
///
/// Our own faults are other errors; an adapter answers those with a server error and says nothing more.
public struct DAPAbort: Error, Sendable, Equatable {
    /// The problem's type.
    public enum Kind: Sendable, Equatable {
        /// One of DAP's.
        case dap(ProblemType)
        /// The token is missing or wrong.
        case unauthorized
        /// The body is larger than the named limit.
        case tooLarge
        /// The media type is missing or wrong.
        case unsupportedMediaType
        /// There is no such resource.
        case notFound
        /// Too many requests of this kind are waiting; ask again later.
        case busy
        /// A problem that is handed on: a type URI of somebody else's.
        case other(type: String)
    }

    /// The problem's type.
    public let kind: Kind
    /// A plain sentence for the peer's operator, without any secret.
    public let detail: String
    /// The task, when it is known.
    public let taskID: TaskID?
    /// The code points that make the problem an `unsupportedExtension` (DAP §4.4.2).
    public let unsupportedExtensions: [UInt16]
    /// Seconds after which the peer may ask again, when it was refused as busy.
    public let retryAfter: UInt64?

    /// An abort.
    public init(
        _ kind: Kind, _ detail: String, task taskID: TaskID? = nil, unsupportedExtensions: [UInt16] = [],
        retryAfter: UInt64? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.taskID = taskID
        self.unsupportedExtensions = unsupportedExtensions
        self.retryAfter = retryAfter
    }

    /// An abort with one of DAP's types.
    public init(
        _ type: ProblemType, _ detail: String, task taskID: TaskID? = nil, unsupportedExtensions: [UInt16] = []
    ) {
        self.init(.dap(type), detail, task: taskID, unsupportedExtensions: unsupportedExtensions)
    }

    /// The type URI; nil for problems that are told by the status code alone.
    public var type: String? {
        switch kind {
        case .dap(let type): type.urn
        case .other(let type): type
        case .unauthorized, .tooLarge, .unsupportedMediaType, .notFound, .busy: nil
        }
    }
}

extension StoredProblem {
    /// The problem of an abort, to be given out later.
    init(_ abort: DAPAbort) { self.init(type: abort.type ?? "about:blank", detail: abort.detail) }
}
