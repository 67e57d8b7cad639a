public import TLSCodec

/// What all participants of a task agree on (DAP §4.2):
/// ```
/// struct {
///   opaque task_info<1..2^8-1>;
///   Url leader_aggregator_endpoint;
///   Url helper_aggregator_endpoint;
///   TimePrecision time_precision;
///   uint64 min_batch_size;
///   BatchMode batch_mode;
///   opaque batch_config<0..2^16-1>;
///   VdafType vdaf_type;                    // uint32
///   opaque vdaf_configuration<0..2^16-1>;
///   TaskExtension extensions<0..2^16-1>;
/// } TaskConfiguration;
/// ```
/// A batch mode, a VDAF or an extension that this project does not know decodes: whoever is asked to take part in such a
/// task must be able to say that it does not (taskprov §3.5).
public struct TaskConfiguration: Hashable, Sendable, TLSCodable {
    /// 1 to 255 bytes that tell this task from others.
    public let taskInfo: [UInt8]
    /// The URL that the leader's resources are relative to.
    public let leaderAggregatorEndpoint: Url
    /// The URL that the helper's resources are relative to.
    public let helperAggregatorEndpoint: Url
    /// The unit of the task's times.
    public let timePrecision: TimePrecision
    /// The fewest reports of which an aggregate is released.
    public let minBatchSize: UInt64
    /// The batch mode's code point; `batchMode()` names it.
    public let batchModeCodepoint: UInt8
    /// The batch mode's parameters, at most 65,535 bytes; empty in both modes of `BatchMode`.
    public let batchConfig: [UInt8]
    /// The VDAF's code point (VDAF §10); `prio3Parameters()` reads it together with the configuration.
    public let vdafType: UInt32
    /// The VDAF's parameters, at most 65,535 bytes.
    public let vdafConfiguration: [UInt8]
    /// Strictly increasing by type.
    public let extensions: [TaskExtension]

    /// A configuration as it stands on the wire. The limits that the properties name are checked by encoding.
    public init(
        taskInfo: [UInt8], leaderAggregatorEndpoint: Url, helperAggregatorEndpoint: Url,
        timePrecision: TimePrecision, minBatchSize: UInt64, batchModeCodepoint: UInt8, batchConfig: [UInt8],
        vdafType: UInt32, vdafConfiguration: [UInt8], extensions: [TaskExtension]
    ) {
        self.taskInfo = taskInfo
        self.leaderAggregatorEndpoint = leaderAggregatorEndpoint
        self.helperAggregatorEndpoint = helperAggregatorEndpoint
        self.timePrecision = timePrecision
        self.minBatchSize = minBatchSize
        self.batchModeCodepoint = batchModeCodepoint
        self.batchConfig = batchConfig
        self.vdafType = vdafType
        self.vdafConfiguration = vdafConfiguration
        self.extensions = extensions
    }

    /// Reads the ten fields.
    ///
    /// - Throws: `CodecError`; `outOfOrder` if the extensions are not strictly increasing.
    public init(from reader: inout ByteReader) throws {
        taskInfo = try reader.readOpaque8("task_info", in: 1...0xff)
        leaderAggregatorEndpoint = try Url(from: &reader)
        helperAggregatorEndpoint = try Url(from: &reader)
        timePrecision = try TimePrecision(from: &reader)
        minBatchSize = try reader.readUInt64("min_batch_size")
        batchModeCodepoint = try reader.readUInt8("batch_mode")
        batchConfig = try reader.readOpaque16("batch_config")
        vdafType = try reader.readUInt32("vdaf_type")
        vdafConfiguration = try reader.readOpaque16("vdaf_configuration")
        extensions = try reader.readVector16("extensions", of: TaskExtension.self)
        try checkExtensionOrder()
    }

    /// Writes the ten fields.
    ///
    /// - Throws: `CodecError`; `outOfOrder` if the extensions are not strictly increasing.
    public func encode(to writer: inout ByteWriter) throws {
        try checkExtensionOrder()
        try writer.writeOpaque8(taskInfo, "task_info", in: 1...0xff)
        try leaderAggregatorEndpoint.encode(to: &writer)
        try helperAggregatorEndpoint.encode(to: &writer)
        timePrecision.encode(to: &writer)
        writer.write(minBatchSize)
        writer.write(batchModeCodepoint)
        try writer.writeOpaque16(batchConfig, "batch_config")
        writer.write(vdafType)
        try writer.writeOpaque16(vdafConfiguration, "vdaf_configuration")
        try writer.writeVector16(extensions, "extensions")
    }

    /// The batch mode.
    ///
    /// - Throws: `CodecError` (`invalidValue`; `trailingBytes` if there are parameters, which neither mode has).
    public func batchMode() throws -> BatchMode {
        guard let mode = BatchMode(rawValue: batchModeCodepoint) else { throw CodecError(.invalidValue, "batch_mode") }
        guard batchConfig.isEmpty else { throw CodecError(.trailingBytes, "batch_config") }
        return mode
    }

    private func checkExtensionOrder() throws {
        guard extensions.isStrictlyIncreasing else { throw CodecError(.outOfOrder, "TaskConfiguration.extensions") }
    }
}
