public import DAPMessages
public import VDAF

/// A task as a client knows it: all of it public.
public struct ClientTask: Sendable {
    /// The task's ID.
    public let id: TaskID
    /// What all participants agree on.
    public let configuration: TaskConfiguration
    /// Its encoding.
    public let encodedConfiguration: [UInt8]
    /// The VDAF.
    public let vdaf: Prio3

    /// A task whose ID follows from its configuration (taskprov §3.3).
    ///
    /// - Throws: `TaskRefused`, `CodecError`, `VDAFError` when the configuration is not usable.
    public init(configuration: TaskConfiguration) throws {
        try self.init(
            id: TaskDerivation.taskID(encodedTaskConfiguration: configuration.encoded()), configuration: configuration)
    }

    /// A task whose ID was agreed on by other means (DAP §4.2).
    ///
    /// - Throws: as the public one.
    package init(id: TaskID, configuration: TaskConfiguration) throws {
        try configuration.refuseUnknownExtensions()
        self.id = id
        self.configuration = configuration
        encodedConfiguration = try configuration.encoded()
        vdaf = try Prio3(try configuration.prio3Parameters())
    }
}

/// A measurement with the time it was made at.
public struct TimedMeasurement: Sendable {
    /// The measurement. A secret.
    public let measurement: Prio3Measurement
    /// POSIX seconds; the report tells only the unit of time precision they fall into.
    public let posixSeconds: UInt64

    /// A measurement made at a time.
    public init(_ measurement: Prio3Measurement, posixSeconds: UInt64) {
        self.measurement = measurement
        self.posixSeconds = posixSeconds
    }
}
