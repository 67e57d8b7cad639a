public import DAPMessages
public import DAPRoles
public import HPKE

/// A collector's key.
public enum CollectorKey {
    /// Writes a fresh key to a new file, whose first lines show the public configuration again.
    ///
    /// - Returns: the public configuration.
    /// - Throws: `FileError`, also if anything is there already.
    public static func create(
        _ path: String, suite: HPKECiphersuite, using random: inout RandomSource
    ) throws -> HpkeConfig {
        let file = HpkeKeyFile.generate(suites: [suite], using: &random)
        let config = file.keys[0].config
        try file.create(
            path,
            comment: [
                "A collector's private HPKE key: whoever has it can read the totals. Its public side, for the catalog:",
                "collector_hpke_config: \(Base64URL.encode(try config.encoded()))",
            ])
        return config
    }
}
