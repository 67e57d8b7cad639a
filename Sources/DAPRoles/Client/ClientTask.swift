public import DAPMessages
public import VDAF

/// A task as a client knows it: all of it public.
public struct ClientTask: Sendable {
    /// The task's ID, derived from its configuration.
    public let id: TaskID
    /// What all participants agree on.
    public let configuration: TaskConfiguration
    /// Its encoding.
    public let encodedConfiguration: [UInt8]
    /// The VDAF.
    public let vdaf: Prio3

    /// - Throws: `CodecError`, `VDAFError` when the configuration is not usable.
    public init(configuration: TaskConfiguration) throws {
        self.configuration = configuration
        encodedConfiguration = try configuration.encoded()
        id = TaskDerivation.taskID(encodedTaskConfiguration: encodedConfiguration)
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
