import DAPMessages
import TLSCodec
import Testing

@Suite struct IdentifiersTests {
    @Test func identifiersHaveTheLengthsOfTheDraft() {
        #expect(ReportID.byteCount == 16)
        #expect(TaskID.byteCount == 32)
        #expect(AggregationJobID.byteCount == 16)
        #expect(CollectionJobID.byteCount == 16)
        #expect(AggregateShareID.byteCount == 16)
        #expect(BatchID.byteCount == 32)
    }

    @Test func bytesComeBackInOrder() throws {
        #expect(try ReportID(Array(0..<16)).bytes == Array(0..<16))
        #expect(try TaskID(Array(0..<32)).bytes == Array(0..<32))
        #expect(try ReportID(Array(0..<16)).encoded() == Array(0..<16))
        #expect(try BatchID(decoding: Array(0..<32)).bytes == Array(0..<32))
    }

    @Test(arguments: [0, 1, 15, 17, 32])
    func anyOtherNumberOfBytesIsRefused(count: Int) {
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try ReportID([UInt8](repeating: 0, count: count)) }
    }

    @Test func everyByteMatters() throws {
        let zero = try TaskID([UInt8](repeating: 0, count: 32))
        for position in 0..<32 {
            var bytes = [UInt8](repeating: 0, count: 32)
            bytes[position] = 1
            #expect(try TaskID(bytes) != zero)
        }
    }

    /// The example URL of DAP §3.
    @Test func theDraftsExampleURLIsReproduced() throws {
        let taskID = try TaskID(
            hex("f0 16 34 47 36 4c cf 1b c0 e3 af fc ca 68 73 c9 c3 81 f6 4a cd f9 02 06 62 f8 3f 46 c0 72 19 e7"))
        let jobID = try AggregationJobID(hex("95 ce da 51 e1 a9 75 23 68 b0 d9 61 f9 46 61 28"))
        #expect("\(taskID)" == "8BY0RzZMzxvA46_8ymhzycOB9krN-QIGYvg_RsByGec")
        #expect("\(jobID)" == "lc7aUeGpdSNosNlh-UZhKA")
        #expect(try TaskID(base64URL: "8BY0RzZMzxvA46_8ymhzycOB9krN-QIGYvg_RsByGec") == taskID)
        #expect(try AggregationJobID(base64URL: "lc7aUeGpdSNosNlh-UZhKA") == jobID)
    }

    @Test func aTextThatIsNotTheIdentifiersIsRefused() {
        let invalid = [
            "lc7aUeGpdSNosNlh-UZhKA==", "lc7aUeGpdSNosNlh+UZhKA", "lc7aUeGpdSNosNlh-UZhKB", " lc7aUeGpdSNosNlh-UZhKA",
        ]
        for text in invalid {
            #expect(throws: CodecError(.invalidValue, "")) { try AggregationJobID(base64URL: text) }
        }
        for text in ["", "lc7a", "lc7aUeGpdSNosNlh-UZhKAAA"] {
            #expect(throws: CodecError(.lengthOutOfRange, "")) { try AggregationJobID(base64URL: text) }
        }
    }
}
