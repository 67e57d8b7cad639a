public import TLSCodec

/// An element of an extension list, whatever message it extends (DAP §4.2.2, §4.4.3, §4.5.1, §4.6.2):
/// ```
/// struct {
///   …ExtensionType extension_type;    // uint16
///   opaque extension_data<0..2^16-1>;
/// } …Extension;
/// ```
/// Every such list is strictly increasing by type. Only a task's list fails to decode when it is not; for the others the
/// answer depends on who reads the message, so they decode in any order and the reader asks `isStrictlyIncreasing`.
public protocol TypedExtension: Hashable, Sendable, TLSCodable {
    /// The code point that says what the data mean.
    var extensionType: UInt16 { get }
    /// At most 65,535 bytes.
    var extensionData: [UInt8] { get }

    /// - Parameters:
    ///   - extensionType: the code point.
    ///   - extensionData: at most 65,535 bytes.
    init(extensionType: UInt16, extensionData: [UInt8])
}

extension TypedExtension {
    /// Reads type and data.
    public init(from reader: inout ByteReader) throws {
        let type = try reader.readUInt16("extension_type")
        self.init(extensionType: type, extensionData: try reader.readOpaque16("extension_data"))
    }

    /// Writes type and data.
    public func encode(to writer: inout ByteWriter) throws {
        writer.write(extensionType)
        try writer.writeOpaque16(extensionData, "extension_data")
    }
}

extension Collection where Element: TypedExtension {
    /// Whether each type is greater than the one before it, so that none is repeated.
    public var isStrictlyIncreasing: Bool {
        zip(self, dropFirst()).allSatisfy { $0.extensionType < $1.extensionType }
    }
}
