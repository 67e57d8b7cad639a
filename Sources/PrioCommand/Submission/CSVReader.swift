/// A stream of the rows of a CSV file (RFC 4180): commas, fields in quotation marks with commas, line ends and doubled
/// quotation marks in them, rows ended by CRLF or LF, a byte order mark at the start.
///
/// It is stricter than most: a quotation mark within an unquoted field, or text behind a closing one, makes the row
/// malformed, and reading goes on with the next line.
public struct CSVReader {
    /// Bytes of one row.
    public static let rowBytes = 4 << 20
    /// Fields of one row.
    public static let fields = 4096

    /// A row, with the line of the file that it begins on, from 1.
    public struct Row: Equatable, Sendable {
        /// The line.
        public let line: Int
        /// The fields, at least one, or what is wrong with the row.
        public let content: Result<[[UInt8]], Flaw>
    }

    /// What is wrong with a row.
    public enum Flaw: Error, Equatable, Sendable, CustomStringConvertible {
        /// A quotation mark where none may be.
        case strayQuote
        /// A quotation mark that is not closed before the end of the file, or for too long: nothing after it is read.
        case openQuote
        /// More than `CSVReader.rowBytes`.
        case rowTooLong
        /// More than `CSVReader.fields`.
        case tooManyFields

        /// The reason, for people.
        public var description: String {
            switch self {
            case .strayQuote: "a quotation mark in the wrong place"
            case .openQuote: "a quotation mark that is not closed; nothing after it was read"
            case .rowTooLong: "longer than \(CSVReader.rowBytes) bytes"
            case .tooManyFields: "more than \(CSVReader.fields) columns"
            }
        }
    }

    private enum State {
        case fieldStart, unquoted, quoted, quoteInQuoted, skipping
    }

    private let source: () throws -> [UInt8]
    private var chunk: ArraySlice<UInt8> = []
    private var isAtStart = true
    private var isAtEnd = false
    private var line = 1

    // The row that is being read.
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var rowLine = 1
    private var state = State.fieldStart
    private var hasCarriageReturn = false
    private var flaw: Flaw?

    /// - Parameter source: gives the next bytes of the file, none at its end.
    public init(source: @escaping () throws -> [UInt8]) {
        self.source = source
    }

    /// The next row; nil after the last. Line ends at the end of the file make no row; other empty lines are rows with
    /// one empty field.
    public mutating func next() throws -> Row? {
        while !isAtEnd {
            if chunk.isEmpty { try fill() }
            while let byte = chunk.popFirst() {
                if let row = take(byte) { return row }
            }
        }
        return endOfFile()
    }

    private mutating func fill() throws {
        chunk = try source()[...]
        if chunk.isEmpty { isAtEnd = true }
        guard isAtStart, !isAtEnd else { return }
        isAtStart = false
        // The mark could only be cut in two by a source that gives one or two bytes at first.
        while chunk.count < 3, let more = try? source(), !more.isEmpty { chunk += more }
        if chunk.starts(with: [0xef, 0xbb, 0xbf]) { chunk = chunk.dropFirst(3) }
    }

    /// Takes one byte; gives the row that it ends.
    private mutating func take(_ byte: UInt8) -> Row? {
        if byte == UInt8(ascii: "\n") { line += 1 }
        if hasCarriageReturn {
            hasCarriageReturn = false
            // A carriage return without a line feed is text.
            if byte != UInt8(ascii: "\n") { text(UInt8(ascii: "\r")) }
        }
        switch (state, byte) {
        case (.skipping, UInt8(ascii: "\n")), (.fieldStart, UInt8(ascii: "\n")), (.unquoted, UInt8(ascii: "\n")),
            (.quoteInQuoted, UInt8(ascii: "\n")):
            return endRow()
        case (.skipping, _): break
        case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
        case (.quoted, _): text(byte)
        case (_, UInt8(ascii: "\r")): hasCarriageReturn = true
        case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            state = .quoted
            text(byte)
        case (.unquoted, UInt8(ascii: "\"")): skip(.strayQuote)
        case (_, UInt8(ascii: ",")): endField()
        case (_, _): text(byte)
        }
        return nil
    }

    private mutating func text(_ byte: UInt8) {
        switch state {
        case .skipping: return
        case .quoteInQuoted: return skip(.strayQuote)
        case .fieldStart: state = .unquoted
        case .unquoted, .quoted: break
        }
        guard bytes.count < Self.rowBytes else {
            let isQuoted = state == .quoted
            skip(isQuoted ? .openQuote : .rowTooLong)
            // Where a row ends whose quotation mark is missing cannot be known.
            if isQuoted { (chunk, isAtEnd) = ([], true) }
            return
        }
        bytes.append(byte)
    }

    private mutating func endField() {
        guard ends.count + 1 < Self.fields else { return skip(.tooManyFields) }
        ends.append(bytes.count)
        state = .fieldStart
    }

    private mutating func skip(_ flaw: Flaw) {
        self.flaw = flaw
        state = .skipping
    }

    private mutating func endRow() -> Row {
        ends.append(bytes.count)
        var fields: [[UInt8]] = []
        var start = 0
        for end in ends {
            fields.append(Array(bytes[start..<end]))
            start = end
        }
        let row = Row(line: rowLine, content: flaw.map { .failure($0) } ?? .success(fields))
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        flaw = nil
        state = .fieldStart
        rowLine = line
        return row
    }

    private mutating func endOfFile() -> Row? {
        if hasCarriageReturn {
            // The file's last line end, cut short.
            hasCarriageReturn = false
        }
        if state == .quoted { flaw = .openQuote }
        let isEmpty = state == .fieldStart && ends.isEmpty
        return isEmpty ? nil : endRow()
    }
}
