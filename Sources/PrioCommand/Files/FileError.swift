import Foundation

/// A file that cannot be read, written, or used as it is.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a file is for, which decides about the exit code.
    public enum Purpose: Sendable {
        /// A configuration, a key, a token: `badConfiguration`.
        case configuration
        /// Data or a catalog: `badData`.
        case data
        /// Something that is written: `other`.
        case output
    }

    /// The file's path as the user knows it.
    public let path: String
    /// What is wrong.
    public let reason: String
    /// What the file is for.
    public let purpose: Purpose
    /// What may help.
    public let hint: String?

    /// An error about a file.
    public init(_ path: String, _ reason: String, purpose: Purpose, hint: String? = nil) {
        self.path = path
        self.reason = reason
        self.purpose = purpose
        self.hint = hint
    }

    /// An error of the operating system: call it before anything else changes `errno`.
    init(errnoAt path: String, _ action: String, purpose: Purpose) {
        self.init(path, "cannot \(action): \(String(cString: strerror(errno)))", purpose: purpose)
    }

    /// The exit code.
    public var status: ExitStatus {
        switch purpose {
        case .configuration: .badConfiguration
        case .data: .badData
        case .output: .other
        }
    }

    /// The path and what is wrong.
    public var description: String { "\(path): \(reason)" }
}
