/// The strings that keep one use of a key or a hash apart from another. They carry the version of DAP, which no other
/// file knows.
public enum DomainSeparation {
    private static let version = "dap-18"

    /// The VDAF's application context of a task (DAP §4.4.2): `"dap-18" || task_id`.
    public static func vdafContext(taskID: TaskID) -> [UInt8] { Array(version.utf8) + taskID.bytes }

    /// HPKE's `info` for an input share (DAP §4.4.2): `"dap-18 input share" || 0x01 || server_role`. The sender is
    /// always the client.
    ///
    /// - Parameter receiver: the aggregator that the share is sealed to.
    public static func inputShareInfo(receiver: Role) -> [UInt8] {
        Array("\(version) input share".utf8) + [Role.client.rawValue, receiver.rawValue]
    }

    /// HPKE's `info` for an aggregate share (DAP §4.6.7): `"dap-18 aggregate share" || server_role || 0x00`. The
    /// receiver is always the collector.
    ///
    /// - Parameter sender: the aggregator whose share it is.
    public static func aggregateShareInfo(sender: Role) -> [UInt8] {
        Array("\(version) aggregate share".utf8) + [sender.rawValue, Role.collector.rawValue]
    }
}
