import PrioCommand
import Testing

@Suite("CSV")
struct CSVReaderTests {
    /// Rows as `line:field|field` or `line:!flaw`, of a text that comes in pieces.
    private func rows(_ text: String, pieces size: Int = .max) throws -> [String] {
        var rest = Array(text.utf8)[...]
        var reader = CSVReader {
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
        var rows: [String] = []
        while let row = try reader.next() {
            switch row.content {
            case .success(let fields):
                rows.append("\(row.line):" + fields.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|"))
            case .failure(let flaw): rows.append("\(row.line):!\(flaw)")
            }
        }
        #expect(try reader.next() == nil)
        return rows
    }

    private static let stray = "a quotation mark in the wrong place"
    private static let open = "a quotation mark that is not closed; nothing after it was read"

    static let cases: [(String, [String])] = [
        ("", []),
        ("a", ["1:a"]),
        ("a,b\n1,2\n", ["1:a|b", "2:1|2"]),
        ("a,b\r\n1,2\r\n", ["1:a|b", "2:1|2"]),
        ("a\r\nb\r", ["1:a", "2:b"]),
        ("\u{feff}a,b\n1,2", ["1:a|b", "2:1|2"]),
        ("a,\n,\n,b", ["1:a|", "2:|", "3:|b"]),
        ("\"a,b\",c\n", ["1:a,b|c"]),
        ("\"a \"\"b\"\"\",\"\"\n", ["1:a \"b\"|"]),
        ("\"a\nb\r\nc\",d\ne,f\n", ["1:a\nb\r\nc|d", "4:e|f"]),
        ("a\n\nb\n", ["1:a", "2:", "3:b"]),
        ("a\rb\n", ["1:a\rb"]),
        ("a\"b\nc\n", ["1:!\(stray)", "2:c"]),
        ("\"a\"b\nc\n", ["1:!\(stray)", "2:c"]),
        ("\"a\"\rb\nc\n", ["1:!\(stray)", "2:c"]),
        ("\"a\" ,b\nc\n", ["1:!\(stray)", "2:c"]),
        ("a\n\"b\nc\n", ["1:a", "2:!\(open)"]),
        ("a\n\"", ["1:a", "2:!\(open)"]),
        ("a,\"\"\n\"\"\n", ["1:a|", "2:"]),
        ("\"\"", ["1:"]),
    ]

    @Test("Rows, quotation marks and line ends are as RFC 4180 has them", arguments: cases)
    func rows(text: String, expected: [String]) throws {
        #expect(try rows(text) == expected)
    }

    @Test("It makes no difference how the bytes come in", arguments: cases)
    func pieces(text: String, expected: [String]) throws {
        for size in 1...4 { #expect(try rows(text, pieces: size) == expected, "pieces of \(size)") }
    }

    @Test("A row with too many columns is passed over")
    func columns() throws {
        let most = String(repeating: ",", count: CSVReader.fields - 1)
        #expect(try rows(most + "\nb\n").last == "2:b")
        #expect(try rows(most + ",\nb\n") == ["1:!more than \(CSVReader.fields) columns", "2:b"])
    }

    @Test("A row that is too long is passed over; in quotation marks it ends the file")
    func length() throws {
        let long = String(repeating: "x", count: CSVReader.rowBytes + 1)
        #expect(
            try rows("a\n" + long + "\nb\n", pieces: 1 << 16) == [
                "1:a", "2:!longer than \(CSVReader.rowBytes) bytes", "3:b",
            ])
        #expect(try rows("a\n\"" + long + "\nb\n", pieces: 1 << 16) == ["1:a", "2:!\(Self.open)"])
    }
}
