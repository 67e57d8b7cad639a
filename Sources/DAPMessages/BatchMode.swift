public import TLSCodec

/// How reports are assigned to batches (DAP §5):
/// ```
/// enum { reserved(0), time_interval(1), leader_selected(2), (255) } BatchMode;
/// ```
public enum BatchMode: UInt8, Sendable, CaseIterable, TLSCodable {
    /// A batch is an interval of time (DAP §5.1).
    case timeInterval = 1
    /// A batch is what the leader makes it (DAP §5.2).
    case leaderSelected = 2
}

/// What the collector asks for (DAP §4.6.1):
/// ```
/// struct {
///   BatchMode batch_mode;
///   opaque config<0..2^16-1>;
/// } Query;
/// ```
/// `config` holds a `TimeIntervalQueryConfig`, or nothing in the leader-selected mode. The enumeration keeps the two
/// together; a configuration of another form does not decode.
public enum Query: Hashable, Sendable, TLSCodable {
    /// The reports of an interval.
    case timeInterval(TimeIntervalQueryConfig)
    /// The next batch that the leader has.
    case leaderSelected

    /// The batch mode.
    public var batchMode: BatchMode {
        switch self {
        case .timeInterval: .timeInterval
        case .leaderSelected: .leaderSelected
        }
    }

    /// Reads the two fields.
    ///
    /// - Throws: `CodecError`; also if the configuration is not one of the batch mode's.
    public init(from reader: inout ByteReader) throws {
        let mode = try BatchMode(from: &reader)
        let config = try reader.readOpaque16("Query.config")
        switch mode {
        case .timeInterval:
            self = .timeInterval(try TimeIntervalQueryConfig(decoding: config))
        case .leaderSelected:
            guard config.isEmpty else { throw CodecError(.trailingBytes, "Query.config") }
            self = .leaderSelected
        }
    }

    /// Writes the two fields.
    public func encode(to writer: inout ByteWriter) throws {
        batchMode.encode(to: &writer)
        try writer.writeVector16("Query.config") { writer in
            if case .timeInterval(let config) = self { config.encode(to: &writer) }
        }
    }
}

/// A time-interval query's configuration (DAP §5.1.1):
/// ```
/// struct {
///   Interval batch_interval;
/// } TimeIntervalQueryConfig;
/// ```
public struct TimeIntervalQueryConfig: Hashable, Sendable, TLSCodable {
    /// The interval asked for. From outside it may be empty or reach beyond the end of time.
    public let batchInterval: Interval

    /// - Parameter batchInterval: the interval asked for.
    public init(batchInterval: Interval) { self.batchInterval = batchInterval }

    /// Reads the interval.
    public init(from reader: inout ByteReader) throws { batchInterval = try Interval(from: &reader) }

    /// Writes the interval.
    public func encode(to writer: inout ByteWriter) { batchInterval.encode(to: &writer) }
}

/// Which batch the leader chose for a query (DAP §4.6.4):
/// ```
/// struct {
///   BatchMode batch_mode;
///   opaque config<0..2^16-1>;
/// } BatchSelector;
/// ```
/// `config` holds a `TimeIntervalBatchSelectorConfig` or a `LeaderSelectedBatchSelectorConfig`. The enumeration keeps
/// the two together; a configuration of another form does not decode.
public enum BatchSelector: Hashable, Sendable, TLSCodable {
    /// The reports of an interval.
    case timeInterval(TimeIntervalBatchSelectorConfig)
    /// The reports of a batch.
    case leaderSelected(LeaderSelectedBatchSelectorConfig)

    /// The batch mode.
    public var batchMode: BatchMode {
        switch self {
        case .timeInterval: .timeInterval
        case .leaderSelected: .leaderSelected
        }
    }

    /// Reads the two fields.
    ///
    /// - Throws: `CodecError`; also if the configuration is not one of the batch mode's.
    public init(from reader: inout ByteReader) throws {
        let mode = try BatchMode(from: &reader)
        let config = try reader.readOpaque16("BatchSelector.config")
        switch mode {
        case .timeInterval: self = .timeInterval(try TimeIntervalBatchSelectorConfig(decoding: config))
        case .leaderSelected: self = .leaderSelected(try LeaderSelectedBatchSelectorConfig(decoding: config))
        }
    }

    /// Writes the two fields.
    public func encode(to writer: inout ByteWriter) throws {
        batchMode.encode(to: &writer)
        try writer.writeVector16("BatchSelector.config") { writer in
            switch self {
            case .timeInterval(let config): config.encode(to: &writer)
            case .leaderSelected(let config): config.encode(to: &writer)
            }
        }
    }

    /// Whether this batch answers `query`: of the same mode and, for an interval, within the one asked for (DAP §5.1.2).
    public func isConsistent(with query: Query) -> Bool {
        switch (self, query) {
        case (.timeInterval(let selected), .timeInterval(let asked)):
            selected.batchInterval.isWithin(asked.batchInterval)
        case (.leaderSelected, .leaderSelected):
            true
        case (.timeInterval, .leaderSelected), (.leaderSelected, .timeInterval):
            false
        }
    }
}

/// A time-interval batch selector's configuration (DAP §5.1.2):
/// ```
/// struct {
///   Interval batch_interval;
/// } TimeIntervalBatchSelectorConfig;
/// ```
public struct TimeIntervalBatchSelectorConfig: Hashable, Sendable, TLSCodable {
    /// The interval that the batch covers. From outside it may be empty or reach beyond the end of time.
    public let batchInterval: Interval

    /// - Parameter batchInterval: the interval that the batch covers.
    public init(batchInterval: Interval) { self.batchInterval = batchInterval }

    /// Reads the interval.
    public init(from reader: inout ByteReader) throws { batchInterval = try Interval(from: &reader) }

    /// Writes the interval.
    public func encode(to writer: inout ByteWriter) { batchInterval.encode(to: &writer) }
}

/// A leader-selected batch selector's configuration (DAP §5.2.3):
/// ```
/// struct {
///   BatchID batch_id;
/// } LeaderSelectedBatchSelectorConfig;
/// ```
public struct LeaderSelectedBatchSelectorConfig: Hashable, Sendable, TLSCodable {
    /// The batch.
    public let batchID: BatchID

    /// - Parameter batchID: the batch.
    public init(batchID: BatchID) { self.batchID = batchID }

    /// Reads the batch ID.
    public init(from reader: inout ByteReader) throws { batchID = try BatchID(from: &reader) }

    /// Writes the batch ID.
    public func encode(to writer: inout ByteWriter) { batchID.encode(to: &writer) }
}
