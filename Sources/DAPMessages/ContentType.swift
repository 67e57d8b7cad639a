import TLSCodec

/// A parsed `Content-Type` field (RFC 9110 §8.3.1):
/// ```
/// media-type      = type "/" subtype parameters
/// parameters      = *( OWS ";" OWS [ parameter ] )
/// parameter       = parameter-name "=" parameter-value
/// parameter-value = ( token / quoted-string )
/// ```
public struct ContentType: Hashable, Sendable {
    /// One parameter.
    public struct Parameter: Hashable, Sendable {
        /// In lower case, since case does not matter.
        public let name: String
        /// As given, without quotes and escapes.
        public let value: String
    }

    /// The longest field value that is parsed, in bytes; far more than any DAP message needs.
    public static let maximumLength = 1024

    /// The part before the slash, in lower case.
    public let type: String
    /// The part behind the slash, in lower case.
    public let subtype: String
    /// In the order in which they stand, repetitions included.
    public let parameters: [Parameter]

    /// Parses a field value.
    ///
    /// - Throws: `CodecError` (`invalidValue`, or `lengthOutOfRange` beyond `maximumLength`).
    public init(parsing fieldValue: String) throws {
        guard fieldValue.utf8.count <= Self.maximumLength else { throw CodecError(.lengthOutOfRange, "Content-Type") }
        var scanner = FieldScanner(fieldValue)
        scanner.skipWhitespace()
        type = try scanner.token().lowercased()
        try scanner.expect("/")
        subtype = try scanner.token().lowercased()
        var parameters: [Parameter] = []
        scanner.skipWhitespace()
        while !scanner.isAtEnd {
            try scanner.expect(";")
            scanner.skipWhitespace()
            if scanner.isAtEnd || scanner.isAt(";") { continue }
            let name = try scanner.token().lowercased()
            try scanner.expect("=")
            let value = scanner.isAt("\"") ? try scanner.quotedString() : try scanner.token()
            parameters.append(Parameter(name: name, value: value))
            scanner.skipWhitespace()
        }
        self.parameters = parameters
    }
}

/// Steps through a field value by the lexical rules of RFC 9110 §5.6.
private struct FieldScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    func isAt(_ character: Unicode.Scalar) -> Bool { !isAtEnd && bytes[position] == UInt8(ascii: character) }

    mutating func expect(_ character: Unicode.Scalar) throws {
        guard isAt(character) else { throw CodecError(.invalidValue, "Content-Type") }
        position += 1
    }

    mutating func skipWhitespace() {
        while isAt(" ") || isAt("\t") { position += 1 }
    }

    /// `token = 1*tchar` (RFC 9110 §5.6.2).
    mutating func token() throws -> String {
        let start = position
        while !isAtEnd, Self.isTokenCharacter(bytes[position]) { position += 1 }
        guard position > start else { throw CodecError(.invalidValue, "Content-Type") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// `quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE` (RFC 9110 §5.6.4), without quotes and escapes.
    mutating func quotedString() throws -> String {
        try expect("\"")
        var content: [UInt8] = []
        while !isAt("\"") {
            if isAt("\\") { position += 1 }
            guard !isAtEnd, Self.isTextCharacter(bytes[position]) else {
                throw CodecError(.invalidValue, "Content-Type")
            }
            content.append(bytes[position])
            position += 1
        }
        try expect("\"")
        return String(decoding: content, as: UTF8.self)
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Whatever may stand in a quoted string, escaped or, quotes and backslashes apart, as it is.
    private static func isTextCharacter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\t") || (byte >= UInt8(ascii: " ") && byte != 0x7f)
    }
}
