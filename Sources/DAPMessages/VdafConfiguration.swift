import TLSCodec
public import VDAF

/// The parameters of a Prio3 VDAF as a task configuration carries them (DAP Appendix "VDAF Configuration Encodings"):
/// ```
/// struct {} Prio3CountConfig;               // vdaf_type 1
///
/// struct {                                  // vdaf_type 2
///   uint64 max_measurement;
/// } Prio3SumConfig;
///
/// struct {                                  // vdaf_type 3
///   uint32 length;
///   uint64 max_measurement;
///   uint32 chunk_length;
/// } Prio3SumVecConfig;
///
/// struct {                                  // vdaf_type 4
///   uint32 length;
///   uint32 chunk_length;
/// } Prio3HistogramConfig;
///
/// struct {                                  // vdaf_type 5
///   uint32 length;
///   uint32 chunk_length;
///   uint64 max_weight;
/// } Prio3MultihotCountVecConfig;
/// ```
extension Prio3Parameters {
    /// Reads `vdaf_type` and `vdaf_configuration`. Whether a VDAF exists for the parameters is for the VDAF to say.
    ///
    /// - Throws: `CodecError` (`invalidValue` if the type is none of Prio3's, `truncated`, `trailingBytes`).
    public init(vdafType: UInt32, vdafConfiguration: [UInt8]) throws {
        var reader = ByteReader(vdafConfiguration)
        switch vdafType {
        case 1:
            self = .count
        case 2:
            self = .sum(maxMeasurement: try reader.readUInt64("max_measurement"))
        case 3:
            self = .sumVec(
                length: try reader.readUInt32("length"),
                maxMeasurement: try reader.readUInt64("max_measurement"),
                chunkLength: try reader.readUInt32("chunk_length"))
        case 4:
            self = .histogram(
                length: try reader.readUInt32("length"),
                chunkLength: try reader.readUInt32("chunk_length"))
        case 5:
            self = .multihotCountVec(
                length: try reader.readUInt32("length"),
                chunkLength: try reader.readUInt32("chunk_length"),
                maxWeight: try reader.readUInt64("max_weight"))
        default:
            throw CodecError(.invalidValue, "vdaf_type")
        }
        try reader.finish("vdaf_configuration")
    }

    /// The bytes of `vdaf_configuration`.
    public var vdafConfiguration: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .count:
            break
        case .sum(let maxMeasurement):
            writer.write(maxMeasurement)
        case .sumVec(let length, let maxMeasurement, let chunkLength):
            writer.write(length)
            writer.write(maxMeasurement)
            writer.write(chunkLength)
        case .histogram(let length, let chunkLength):
            writer.write(length)
            writer.write(chunkLength)
        case .multihotCountVec(let length, let chunkLength, let maxWeight):
            writer.write(length)
            writer.write(chunkLength)
            writer.write(maxWeight)
        }
        return writer.bytes
    }
}

extension TaskConfiguration {
    /// A task of one of the batch modes and VDAFs that this project knows. The limits that the properties name are
    /// checked by encoding.
    public init(
        taskInfo: [UInt8], leaderAggregatorEndpoint: Url, helperAggregatorEndpoint: Url,
        timePrecision: TimePrecision, minBatchSize: UInt64, batchMode: BatchMode, parameters: Prio3Parameters,
        extensions: [TaskExtension] = []
    ) {
        self.init(
            taskInfo: taskInfo, leaderAggregatorEndpoint: leaderAggregatorEndpoint,
            helperAggregatorEndpoint: helperAggregatorEndpoint, timePrecision: timePrecision,
            minBatchSize: minBatchSize, batchModeCodepoint: batchMode.rawValue, batchConfig: [],
            vdafType: parameters.algorithmID, vdafConfiguration: parameters.vdafConfiguration,
            extensions: extensions)
    }

    /// The VDAF's parameters.
    ///
    /// - Throws: `CodecError` if the VDAF is none of Prio3's or its configuration has another form.
    public func prio3Parameters() throws -> Prio3Parameters {
        try Prio3Parameters(vdafType: vdafType, vdafConfiguration: vdafConfiguration)
    }
}
