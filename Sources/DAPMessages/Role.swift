public import TLSCodec

/// A protocol participant's role (DAP §4.1):
/// ```
/// enum { collector(0), client(1), leader(2), helper(3), (255) } Role;
/// ```
public enum Role: UInt8, Sendable, CaseIterable, TLSCodable {
    /// Asks for aggregate results.
    case collector = 0
    /// Makes reports.
    case client = 1
    /// The aggregator that clients and the collector talk to.
    case leader = 2
    /// The other aggregator.
    case helper = 3
}
