import Crypto
import DAPMessages
import DifferentialPrivacy
import TLSCodec

/// What a metric's numbers mean, and for whom they are, in an unambiguous form to hash:
/// ```
/// opaque Text<0..2^8-1>;
///
/// enum { count(1), sum(2), histogram(3), choice(4), choices(5), vector(6), (255) } MetricTypeCode;
///
/// enum { none(0), laplace(1), gaussian(2), (255) } NoiseCode;
///
/// enum { none(0), epsilon(1), rho(2), (255) } CatalogLimitCode;
///
/// struct {                                // ε and ρ are in billionths
///   uint64 window_cost;                   // ε of Laplace noise, ρ of Gaussian
///   uint8 delta_exponent;                 // 9 for 10^-9
///   uint64 lifetime_limit;                // in the currency of window_cost
///   CatalogLimitCode catalog_limit_code;
///   select (Promise.catalog_limit_code) {
///     case none:         Empty;
///     case epsilon, rho: uint64 catalog_limit;
///   };
/// } Promise;
///
/// struct {
///   Text domain_separation;               // "swift-prio metric definition 2"
///   Text name;
///   uint32 version;
///   Text unit;                            // empty without a unit
///   MetricTypeCode type;
///   select (MetricDefinition.type) {
///     case count:     Empty;
///     case sum:       uint64 max;
///     case histogram: uint64 edges<8..2^32-1>;     // IEEE 754 binary64, zero always positive
///     case choice:    Text options<4..2^32-1>;
///     case choices:   Text options<4..2^32-1>; uint32 at_most;
///     case vector:    uint32 length; uint64 max;
///   };
///   uint32 contribution_limit;            // reports per client and window
///   NoiseCode noise;
///   select (MetricDefinition.noise) {
///     case none:              Empty;
///     case laplace, gaussian: Promise;
///   };
///   opaque collector_hpke_config<1..2^32-1>;  // an encoded HpkeConfig
/// } MetricDefinition;
/// ```
/// Title and description are left out, so that a spelling mistake can be mended in a running task; `suppress_below` is,
/// because it binds nobody: the collector sees the numbers that it does not show. What a `TaskConfiguration` contains
/// itself (URLs, time precision, least batch size, batch mode, period, VDAF) need not be in here.
///
/// The bytes decide about the IDs of tasks that are running: any change to them is a new task for everyone.
struct MetricDefinition {
    let metric: Metric
    let collectorHpkeConfig: HpkeConfig

    /// SHA-256 of the encoding.
    ///
    /// - Throws: `CodecError` if the HPKE configuration has no encoding.
    func hash() throws -> [UInt8] {
        var writer = ByteWriter()
        try encode(to: &writer)
        var hash = SHA256()
        writer.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }

    private func encode(to writer: inout ByteWriter) throws {
        try writer.writeOpaque8(Array("swift-prio metric definition 2".utf8), "domain_separation")
        try writer.writeOpaque8(Array(metric.name.utf8), "name")
        writer.write(metric.version)
        try writer.writeOpaque8(Array((metric.unit ?? "").utf8), "unit")
        try encode(metric.type, to: &writer)
        writer.write(metric.contributionLimit)
        encode(metric.privacy, to: &writer)
        try writer.writeOpaque32(collectorHpkeConfig.encoded(), "collector_hpke_config")
    }

    private func encode(_ type: MetricType, to writer: inout ByteWriter) throws {
        switch type {
        case .count:
            writer.write(1 as UInt8)
        case .sum(let max):
            writer.write(2 as UInt8)
            writer.write(max)
        case .histogram(let edges):
            writer.write(3 as UInt8)
            var vector = ByteWriter()
            edges.forEach { vector.write($0.bitPattern) }
            try writer.writeOpaque32(vector.bytes, "edges")
        case .choice(let options):
            writer.write(4 as UInt8)
            try encode(options, to: &writer)
        case .choices(let options, let atMost):
            writer.write(5 as UInt8)
            try encode(options, to: &writer)
            writer.write(UInt32(atMost))
        case .vector(let length, let max):
            writer.write(6 as UInt8)
            writer.write(UInt32(length))
            writer.write(max)
        }
    }

    private func encode(_ policy: PrivacyPolicy?, to writer: inout ByteWriter) {
        guard let policy else {
            writer.write(0 as UInt8)
            return
        }
        switch policy.mechanism {
        case .laplace: writer.write(1 as UInt8)
        case .gaussian: writer.write(2 as UInt8)
        }
        writer.write(policy.mechanism.amount.billionths)
        writer.write(policy.deltaExponent)
        writer.write(policy.lifetimeLimit.billionths)
        switch policy.catalogLimit {
        case nil:
            writer.write(0 as UInt8)
        case .epsilon(let limit):
            writer.write(1 as UInt8)
            writer.write(limit.billionths)
        case .rho(let limit):
            writer.write(2 as UInt8)
            writer.write(limit.billionths)
        }
    }

    private func encode(_ options: [String], to writer: inout ByteWriter) throws {
        var vector = ByteWriter()
        for option in options {
            try vector.writeOpaque8(Array(option.utf8), "option")
        }
        try writer.writeOpaque32(vector.bytes, "options")
    }
}

extension Metric {
    /// The `task_info` of the metric's task (DAP §4.2), `name;v=VERSION;h=HASH` in ASCII with the hash of the
    /// definition in base64url: at most 64 + 3 + 10 + 3 + 43 bytes.
    ///
    /// - Throws: `CodecError` if the HPKE configuration has no encoding.
    func taskInfo(collectorHpkeConfig: HpkeConfig) throws -> String {
        let hash = try MetricDefinition(metric: self, collectorHpkeConfig: collectorHpkeConfig).hash()
        return "\(name);v=\(version);h=\(Base64URL.encode(hash))"
    }
}
