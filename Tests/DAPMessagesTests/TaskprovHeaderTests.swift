import DAPMessages
import TLSCodec
import Testing

@Suite struct TaskprovHeaderTests {
    /// The example of taskprov §3.2, with its line put together.
    static let example = """
        :BHRlc3QAG2h0dHBzOi8vbGVhZGVyLmV4YW1wbGUuY29tLwAbaHR0cHM6Ly9oZWxwZXIuZXhhbXBsZS5jb20vAAAAAAAAADwAAAAAAAAAC\
        gEAAAAAAAEAAAAUAAEAEAAAAAAAAAA8AAAAAAAAAGQ=:
        """

    @Test func theDraftsExampleIsTheConfigurationAndItsTaskID() throws {
        let header = try TaskprovHeader(parsing: Self.example)
        #expect(header.encodedTaskConfiguration == TaskConfigurationTests.taskprovExample)
        #expect(try header.taskConfiguration == TaskConfiguration(decoding: TaskConfigurationTests.taskprovExample))
        #expect(header.taskID == TaskDerivationTests.taskID)
    }

    @Test func aRequestForAnotherTaskIsUnrecognized() throws {
        let header = try TaskprovHeader(parsing: Self.example)
        #expect(throws: Never.self) { try header.check(requestedTaskID: TaskDerivationTests.taskID) }
        let bytes = TaskDerivationTests.taskID.bytes
        for position in bytes.indices {
            var other = bytes
            other[position] ^= 1
            let taskID = try TaskID(other)
            #expect(throws: ProblemType.unrecognizedTask) { try header.check(requestedTaskID: taskID) }
        }
    }

    @Test(arguments: [
        "", ";a", "; a", ";  a=1", ";a;b=?0", ";*a-b_c.*=?1", ";a=-123456789012345", ";a=1.5", ";a=-123456789012.123",
        ";a=\"\"", ";a=\"x \\\" \\\\ y:;=\"", ";a=tok/en:*", ";a=*", ";a=:AAE=:", ";a=::", ";a=@1659578233", ";a=@-1",
        ";a=%\"\"", ";a=%\"f%c3%bc:\"", "  ", ";a=1  ",
    ])
    func parametersAndSpacesBehindTheValueAreIgnored(rest: String) throws {
        let header = try TaskprovHeader(parsing: Self.example + rest)
        #expect(header.taskID == TaskDerivationTests.taskID)
        #expect(try TaskprovHeader(parsing: "  " + Self.example + rest) == header)
    }

    @Test(arguments: [
        ",", ", \(example)", ";", "; ", ";A", ";1=1", ";a =1", ";a= 1", ";a=", ";a;", " ;a", "\t", ";\ta", ";a=?",
        ";a=?2",
        ";a=1.", ";a=.5", ";a=--1", ";a=-", ";a=1234567890123456", ";a=1234567890123.1", ";a=1.1234", ";a=1.2.3",
        ";a=\"", ";a=\"\\x\"", ";a=\"\\", ";a=\"\u{7f}\"", ";a=\"ü\"", ";a=:AA", ";a=:A:", ";a=:AA-_:", ";a=@",
        ";a=@1.5", ";a=@x", ";a=%\"%c3\"", ";a=%\"%C3%BC\"", ";a=%\"%c\"", ";a=%\"%", ";a=%x", ";a=%\"\n\"", ";a=(1 2)",
        ";a=ü", "x",
    ])
    func anythingElseBehindTheValueSpoilsTheField(rest: String) {
        #expect(throws: CodecError(.invalidValue, "")) { try TaskprovHeader(parsing: Self.example + rest) }
    }

    @Test(arguments: [
        "", " ", ":", "\"\(example)\"", "(\(example))", "a=\(example)", "BHRlc3Q=", "token", "?1", "42", "@42", "4.2",
        "%\"x\"", ";a", "\u{feff}:BHRlc3Q=:",
    ])
    func aFieldThatIsNoByteSequenceIsRefused(field: String) {
        #expect(throws: CodecError(.invalidValue, "")) { try TaskprovHeader(parsing: field) }
    }

    @Test(arguments: [
        (":", "::"), (":BHR-c3Q=:", ":BHR_c3Q=:"), (":BHRlc3Q==:", ":BHRlc3Q===:"), (":BHRlc3=:", ":BHRlc=:"),
        (":BHRl c3Q=:", ":BHRl\nc3Q=:"), (":BHR=lc3Q:", ":=BHRlc3Q:"), (":BHRlc3QA=:", ":BHRlc3QA====:"),
    ])
    func aByteSequenceThatIsNoBase64IsRefused(one: String, other: String) {
        for field in [one, other] { #expect(throws: CodecError.self) { try TaskprovHeader(parsing: field) } }
    }

    @Test func paddingAndTheBitsBehindTheLastByteDoNotMatter() throws {
        // The last byte, 0x64, is "ZA" with four bits left over, of which "GQ" has two.
        let start = Self.example.dropLast("GQ=:".count)
        let header = try TaskprovHeader(parsing: Self.example)
        for end in ["GQ:", "GR=:", "GS:", "GT=:"] { #expect(try TaskprovHeader(parsing: start + end) == header) }
        // Another last byte is another interval, and so another task.
        #expect(try TaskprovHeader(parsing: start + "GU=:").taskID != header.taskID)
    }

    @Test func bytesThatAreNoTaskConfigurationAreRefused() {
        // No bytes, an empty task_info, a configuration cut short, one byte too many.
        for (field, code) in [
            ("::", .truncated), (":AAAA:", .lengthOutOfRange), (":BHRlc3Q=:", .truncated),
            ("\(Self.example.dropLast(2))A:", .trailingBytes),
        ] as [(String, CodecError.Code)] {
            #expect(throws: CodecError(code, ""), "\(field)") { try TaskprovHeader(parsing: field) }
        }
    }

    @Test func aFieldBeyondTheLimitIsRefused() {
        let rest = TaskprovHeader.maximumLength - Self.example.utf8.count
        let longest = Self.example + String(repeating: " ", count: rest)
        #expect(throws: Never.self) { try TaskprovHeader(parsing: longest) }
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try TaskprovHeader(parsing: longest + " ") }
    }

    @Test func aChangedOrMissingByteIsRefusedOrAnotherTask() throws {
        let good = Array(Self.example.utf8)
        for position in good.indices {
            for byte in UInt8.min ... .max where byte != good[position] {
                var changed = good
                changed[position] = byte
                check(changed, "position \(position), byte \(byte)")
            }
            check(Array(good[..<position]), "cut to \(position)")
        }
    }

    /// Whether the field is refused or says what it encodes: a configuration that encodes to the bytes that came.
    private func check(_ field: [UInt8], _ note: String) {
        do {
            let header = try TaskprovHeader(parsing: String(decoding: field, as: UTF8.self))
            let taskID = TaskDerivation.taskID(encodedTaskConfiguration: header.encodedTaskConfiguration)
            guard try header.taskConfiguration.encoded() == header.encodedTaskConfiguration, header.taskID == taskID
            else {
                Issue.record("\(note)")
                return
            }
        } catch {
            if !(error is CodecError) { Issue.record("\(note)") }
        }
    }
}
