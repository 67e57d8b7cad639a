import TLSCodec

/// A `DAP-Taskprov` header field, by which a request brings its task's configuration along (taskprov §3.2). The field is
/// an Item whose value is a Byte Sequence (RFC 9651 §3.3.5), the encoding of a `TaskConfiguration`:
/// ```
/// DAP-Taskprov: :BHRlc3QAG2h0dHBzOi8v…GQ=:
/// ```
/// A field that is no such Item, or whose bytes are no `TaskConfiguration`, does not parse. It counts as absent, so that
/// a task that is not known otherwise is unrecognized. Whether to take part in a task whose field parses is the
/// participant's decision (taskprov §3.5).
public struct TaskprovHeader: Hashable, Sendable {
    /// The field's name, in the lower case that HTTP/2 wants.
    public static let name = "dap-taskprov"
    /// The longest field value that is parsed, in bytes; servers seldom take more than that for all fields together.
    public static let maximumLength = 16_384

    /// The configuration as the field had it, from which the task ID is derived.
    public let encodedTaskConfiguration: [UInt8]
    /// What the bytes say.
    public let taskConfiguration: TaskConfiguration
    /// The ID of the task (taskprov §3.3).
    public let taskID: TaskID

    /// Parses a field value. Parameters are ignored as long as they are well-formed; none is defined.
    ///
    /// - Throws: `CodecError` (`lengthOutOfRange` beyond `maximumLength`, else what is wrong with the Item or the
    ///   configuration).
    public init(parsing fieldValue: String) throws {
        guard fieldValue.utf8.count <= Self.maximumLength else { throw CodecError(.lengthOutOfRange, Self.name) }
        var scanner = ItemScanner(fieldValue)
        encodedTaskConfiguration = try scanner.byteSequenceItem()
        taskConfiguration = try TaskConfiguration(decoding: encodedTaskConfiguration)
        taskID = TaskDerivation.taskID(encodedTaskConfiguration: encodedTaskConfiguration)
    }

    /// Checks that the field describes the task that the request's URL names.
    ///
    /// - Throws: `ProblemType.unrecognizedTask` if it describes another (taskprov §3.7, §3.8).
    public func check(requestedTaskID: TaskID) throws(ProblemType) {
        guard taskID == requestedTaskID else { throw .unrecognizedTask }
    }
}

/// Steps through a structured field by the algorithms of RFC 9651 §4.2.
private struct ItemScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// A whole field that is an Item with a Byte Sequence; its parameters are passed over.
    mutating func byteSequenceItem() throws -> [UInt8] {
        skipSpaces()
        let value = try byteSequence()
        try skipParameters()
        skipSpaces()
        guard position == bytes.count else { throw Self.malformed }
        return value
    }

    private static var malformed: CodecError { CodecError(.invalidValue, TaskprovHeader.name) }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func next() throws -> UInt8 {
        guard let byte = current else { throw Self.malformed }
        position += 1
        return byte
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard skip(character) else { throw Self.malformed }
    }

    private mutating func skipSpaces() {
        while skip(" ") {}
    }

    /// Passes over as many bytes as belong to a class and says how many those are.
    private mutating func count(_ belongs: (UInt8) -> Bool) -> Int {
        let start = position
        while let byte = current, belongs(byte) { position += 1 }
        return position - start
    }

    /// §4.2.7. Padding may be left out, and the bits behind the last byte do not matter.
    private mutating func byteSequence() throws -> [UInt8] {
        try expect(":")
        var decoded: [UInt8] = []
        var pending: UInt32 = 0
        var pendingBits = 0
        while let byte = current, let sextet = Self.sextet(byte) {
            position += 1
            pending = pending << 6 | UInt32(sextet)
            pendingBits += 6
            if pendingBits >= 8 {
                pendingBits -= 8
                decoded.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits)))
            }
        }
        let padding = count { $0 == UInt8(ascii: "=") }
        // Six bits left over are a character that belongs to no byte; a padding character stands for two.
        guard pendingBits < 6, padding == 0 || padding * 2 == pendingBits else { throw Self.malformed }
        try expect(":")
        return decoded
    }

    /// §4.2.3.2: `*( ";" *SP key [ "=" bare-item ] )`.
    private mutating func skipParameters() throws {
        while skip(";") {
            skipSpaces()
            guard let first = current, Self.isLowerCase(first) || first == UInt8(ascii: "*") else {
                throw Self.malformed
            }
            _ = count { Self.isLowerCase($0) || Self.isDigit($0) || "_-.*".utf8.contains($0) }
            if skip("=") { try skipBareItem() }
        }
    }

    /// §4.2.3.1.
    private mutating func skipBareItem() throws {
        switch current {
        case UInt8(ascii: ":"): _ = try byteSequence()
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "%"): try skipDisplayString()
        case UInt8(ascii: "?"):
            position += 1
            guard skip("0") || skip("1") else { throw Self.malformed }
        case UInt8(ascii: "@"):
            position += 1
            guard try !skipNumber() else { throw Self.malformed }
        case let byte? where Self.isDigit(byte) || byte == UInt8(ascii: "-"): _ = try skipNumber()
        case let byte? where Self.isLetter(byte) || byte == UInt8(ascii: "*"):
            _ = count { Self.isLetter($0) || Self.isDigit($0) || "!#$%&'*+-.^_`|~:/".utf8.contains($0) }
        default: throw Self.malformed
        }
    }

    /// §4.2.4; returns whether it is a Decimal.
    private mutating func skipNumber() throws -> Bool {
        _ = skip("-")
        let whole = count(Self.isDigit)
        guard skip(".") else {
            guard (1...15).contains(whole) else { throw Self.malformed }
            return false
        }
        guard (1...12).contains(whole), (1...3).contains(count(Self.isDigit)) else { throw Self.malformed }
        return true
    }

    /// §4.2.5.
    private mutating func skipString() throws {
        try expect("\"")
        while !skip("\"") {
            if skip("\\") {
                guard skip("\"") || skip("\\") else { throw Self.malformed }
            } else {
                guard Self.isPrintable(try next()) else { throw Self.malformed }
            }
        }
    }

    /// §4.2.10.
    private mutating func skipDisplayString() throws {
        try expect("%")
        try expect("\"")
        var text: [UInt8] = []
        while !skip("\"") {
            let byte = try next()
            guard Self.isPrintable(byte) else { throw Self.malformed }
            guard byte == UInt8(ascii: "%") else {
                text.append(byte)
                continue
            }
            let high = try Self.hexadecimalDigit(next())
            text.append(high << 4 | (try Self.hexadecimalDigit(next())))
        }
        guard String(validating: text, as: UTF8.self) != nil else { throw Self.malformed }
    }

    private static func isLowerCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { isLowerCase(byte | 0x20) }
    private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7e).contains(byte) }

    private static func hexadecimalDigit(_ byte: UInt8) throws -> UInt8 {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: throw malformed
        }
    }

    /// The six bits of a character of the standard alphabet (RFC 4648 §4).
    private static func sextet(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
