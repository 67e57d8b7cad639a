import DAPMessages
public import DAPRoles
public import MetricCatalog
import VDAF

/// The rows of a CSV file as measurements of one metric. The file's first row names its columns.
public struct MeasurementRows {
    /// One row after the header.
    public struct Row: Sendable {
        /// The line of the file that it begins on, from 1.
        public let line: Int
        /// The measurement, or why there is none.
        public let content: Result<TimedMeasurement, Refusal>
    }

    /// Why a row is no measurement. It never contains anything of the row.
    public struct Refusal: Error, Equatable, Sendable {
        /// The reason, for people.
        public let reason: String
    }

    private let metric: Metric
    private let defaultTime: UInt64
    private var reader: CSVReader
    private let columnCount: Int
    private let columns: [Int]
    private let timeColumn: Int?

    /// Reads the header.
    ///
    /// - Parameters:
    ///   - columns: names of the columns whose fields, joined with "/", are the value; at least one.
    ///   - timeColumn: the name of the column with the time of each row, RFC 3339.
    ///   - defaultTime: POSIX seconds; the time of all rows without `timeColumn`.
    /// - Throws: `CSVError` when the header does not have the columns; what reading throws.
    public init(
        _ reader: CSVReader, metric: Metric, columns: [String], timeColumn: String?, defaultTime: UInt64
    ) throws {
        var reader = reader
        guard let row = try reader.next() else {
            throw CSVError("the CSV file is empty; its first line names the columns")
        }
        guard case .success(let fields) = row.content else { throw CSVError("line 1: the header is malformed") }
        let names = fields.map { Self.trimmed($0) }
        func index(of name: String) throws -> Int {
            let found = names.indices.filter { names[$0].elementsEqual(name.utf8) }
            guard let index = found.first else {
                // Without a header this line holds somebody's answers, so it is not shown.
                throw CSVError("line 1 names the columns of the CSV file, and `\(name)` is not among them")
            }
            guard found.count == 1 else { throw CSVError("the CSV file has several columns `\(name)`") }
            return index
        }
        self.metric = metric
        self.defaultTime = defaultTime
        columnCount = names.count
        self.columns = try columns.map(index)
        self.timeColumn = try timeColumn.map(index)
        self.reader = reader
    }

    /// The next row; nil after the last. Empty lines of a file with several columns are no rows.
    public mutating func next() throws -> Row? {
        while let row = try reader.next() {
            switch row.content {
            case .failure(let flaw): return Row(line: row.line, content: .failure(Refusal(reason: flaw.description)))
            case .success(let fields):
                if fields.count == 1, fields[0].isEmpty, columnCount > 1 { continue }
                return Row(line: row.line, content: measurement(of: fields))
            }
        }
        return nil
    }

    private func measurement(of fields: [[UInt8]]) -> Result<TimedMeasurement, Refusal> {
        guard fields.count == columnCount else {
            return .failure(
                Refusal(
                    reason:
                        "\(fields.count) \(fields.count == 1 ? "column" : "columns") where the header has \(columnCount)"
                ))
        }
        let value = columns.map { Self.trimmed(fields[$0]) }.joined(separator: [UInt8(ascii: "/")])
        guard let text = String(validating: value, as: UTF8.self) else {
            return .failure(Refusal(reason: "not UTF-8 text"))
        }
        do {
            let time = try time(of: fields)
            try metric.checkTime(posixSeconds: time)
            return .success(TimedMeasurement(try metric.measurement(from: text), posixSeconds: time))
        } catch {
            return .failure(Refusal(reason: "\(error)"))
        }
    }

    private func time(of fields: [[UInt8]]) throws(TimestampError) -> UInt64 {
        guard let timeColumn else { return defaultTime }
        return try Timestamp(String(decoding: Self.trimmed(fields[timeColumn]), as: UTF8.self)).posixSeconds
    }

    /// Without ASCII spaces, tabs and line ends around it.
    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
        guard let start = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return bytes[start...last]
    }
}

/// A CSV file that cannot be read as measurements at all.
public struct CSVError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
    init(_ description: String) { self.description = description }
}
