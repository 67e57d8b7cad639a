import TLSCodec

/// One extension of a task (DAP §4.2.2):
/// ```
/// struct {
///   TaskExtensionType extension_type;
///   opaque extension_data<0..2^16-1>;
/// } TaskExtension;
///
/// enum { reserved(0), task_interval(1), (2^16-1) } TaskExtensionType;
/// ```
/// Nobody may take part in a task with an extension that they do not know.
public struct TaskExtension: TypedExtension {
    /// The code point of `task_interval`.
    public static let taskIntervalType: UInt16 = 1

    /// The code point.
    public let extensionType: UInt16
    /// At most 65,535 bytes.
    public let extensionData: [UInt8]

    /// - Parameters:
    ///   - extensionType: the code point.
    ///   - extensionData: at most 65,535 bytes.
    public init(extensionType: UInt16, extensionData: [UInt8]) {
        self.extensionType = extensionType
        self.extensionData = extensionData
    }

    /// The stretch of time in which the task's reports are made (DAP §4.2.3):
    /// ```
    /// struct {
    ///   Interval task_interval;
    /// } TaskIntervalTaskExtension;
    /// ```
    public static func taskInterval(_ interval: Interval) -> TaskExtension {
        var writer = ByteWriter()
        interval.encode(to: &writer)
        return TaskExtension(extensionType: taskIntervalType, extensionData: writer.bytes)
    }
}

extension TaskConfiguration {
    /// The stretch of time in which the task's reports are made, if it has the extension `task_interval`.
    ///
    /// - Throws: `CodecError` if the extension's data are not an interval.
    public func taskInterval() throws -> Interval? {
        guard let found = extensions.first(where: { $0.extensionType == TaskExtension.taskIntervalType }) else {
            return nil
        }
        return try Interval(decoding: found.extensionData)
    }

    /// The types of the extensions that this project does not know. If there are any, do not take part in the task.
    public var unknownExtensionTypes: [UInt16] {
        extensions.map(\.extensionType).filter { $0 != TaskExtension.taskIntervalType }
    }
}
