import DAPMessages
import TLSCodec
import Testing
import VDAF

@Suite struct TaskConfigurationTests {
    /// The value of the example header in taskprov §3.2.
    static let taskprovExample = hex(
        """
        04 74657374
        001b 68747470733a2f2f6c65616465722e6578616d706c652e636f6d2f
        001b 68747470733a2f2f68656c7065722e6578616d706c652e636f6d2f
        000000000000003c
        000000000000000a
        01 0000
        00000001 0000
        0014 0001 0010 000000000000003c 0000000000000064
        """)

    static func count(
        taskInfo: [UInt8] = Array("test".utf8), extensions: [TaskExtension] = []
    ) throws -> TaskConfiguration {
        TaskConfiguration(
            taskInfo: taskInfo, leaderAggregatorEndpoint: try Url("https://leader.example.com/"),
            helperAggregatorEndpoint: try Url("https://helper.example.com/"),
            timePrecision: try TimePrecision(seconds: 60), minBatchSize: 10, batchMode: .timeInterval,
            parameters: .count, extensions: extensions)
    }

    @Test func theTaskprovExampleIsReadAndWritten() throws {
        let interval = Interval(start: Time(60), duration: Duration(100))
        let expected = try Self.count(extensions: [.taskInterval(interval)])
        let decoded = try TaskConfiguration(decoding: Self.taskprovExample)
        #expect(decoded == expected)
        #expect(try expected.encoded() == Self.taskprovExample)
        #expect(try decoded.batchMode() == .timeInterval)
        #expect(try decoded.prio3Parameters() == .count)
        #expect(try decoded.taskInterval() == interval)
        #expect("\(decoded.leaderAggregatorEndpoint)" == "https://leader.example.com/")
        #expect(decoded.unknownExtensionTypes == [])
    }

    @Test func aLeaderSelectedHistogramIsKnown() throws {
        let configuration = TaskConfiguration(
            taskInfo: [0xff], leaderAggregatorEndpoint: try Url("a"), helperAggregatorEndpoint: try Url("bc"),
            timePrecision: try TimePrecision(seconds: 300), minBatchSize: 100, batchMode: .leaderSelected,
            parameters: .histogram(length: 100, chunkLength: 10))
        let encoded = hex(
            """
            01 ff 0001 61 0002 6263 000000000000012c 0000000000000064 02 0000
            00000004 0008 00000064 0000000a 0000
            """)
        #expect(try configuration.encoded() == encoded)
        #expect(try TaskConfiguration(decoding: encoded) == configuration)
        #expect(try configuration.taskInterval() == nil)
    }

    @Test func taskInfoHasOneTo255Bytes() throws {
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try Self.count(taskInfo: []).encoded() }
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try Self.count(taskInfo: [UInt8](repeating: 0, count: 256)).encoded()
        }
        #expect(try Self.count(taskInfo: [UInt8](repeating: 0, count: 255)).encoded().first == 255)
        let withoutInfo = [0] + Self.taskprovExample.dropFirst(5)
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try TaskConfiguration(decoding: withoutInfo) }
    }

    @Test func aPrecisionOfZeroIsRefused() {
        var encoded = Self.taskprovExample
        encoded[5 + 29 + 29 + 7] = 0
        #expect(throws: CodecError(.invalidValue, "")) { try TaskConfiguration(decoding: encoded) }
    }

    @Test func extensionsMustStrictlyIncrease() throws {
        func extensions(_ types: [UInt16]) -> [TaskExtension] {
            types.map { TaskExtension(extensionType: $0, extensionData: []) }
        }
        for types in [[2, 1], [1, 1], [1, 3, 2], [0, 0]] as [[UInt16]] {
            #expect(throws: CodecError(.outOfOrder, "")) {
                try Self.count(extensions: extensions(types)).encoded()
            }
        }
        let ordered = try Self.count(extensions: extensions([0, 1, 0xffff]))
        #expect(try TaskConfiguration(decoding: ordered.encoded()) == ordered)
        #expect(ordered.unknownExtensionTypes == [0, 0xffff])
        let swapped = Array(Self.taskprovExample.dropLast(22)) + hex("0008 0002 0000 0001 0000")
        #expect(throws: CodecError(.outOfOrder, "")) { try TaskConfiguration(decoding: swapped) }
        let repeated = Array(Self.taskprovExample.dropLast(22)) + hex("0008 0001 0000 0001 0000")
        #expect(throws: CodecError(.outOfOrder, "")) { try TaskConfiguration(decoding: repeated) }
    }

    @Test func whatIsUnknownDecodesAndIsReportedWhenAskedFor() throws {
        let configuration = TaskConfiguration(
            taskInfo: [1], leaderAggregatorEndpoint: try Url("a"), helperAggregatorEndpoint: try Url("b"),
            timePrecision: try TimePrecision(seconds: 1), minBatchSize: 1, batchModeCodepoint: 9, batchConfig: [1, 2],
            vdafType: 0xffff_0000, vdafConfiguration: [3],
            extensions: [
                TaskExtension(extensionType: 1, extensionData: [0]),
                TaskExtension(extensionType: 0x7777, extensionData: []),
            ])
        let decoded = try TaskConfiguration(decoding: configuration.encoded())
        #expect(decoded == configuration)
        #expect(throws: CodecError(.invalidValue, "")) { try decoded.batchMode() }
        #expect(throws: CodecError(.invalidValue, "")) { try decoded.prio3Parameters() }
        #expect(throws: CodecError(.truncated, "")) { try decoded.taskInterval() }
        #expect(decoded.unknownExtensionTypes == [0x7777])
    }

    @Test func batchModesHaveNoParameters() throws {
        var encoded = Self.taskprovExample
        // Behind task_info, two URLs and two integers stand the batch mode and the length of its parameters.
        let configLength = 5 + 29 + 29 + 16 + 1
        encoded.replaceSubrange(configLength..<configLength + 2, with: [0, 1, 0xff])
        let decoded = try TaskConfiguration(decoding: encoded)
        #expect(decoded.batchConfig == [0xff])
        #expect(throws: CodecError(.trailingBytes, "")) { try decoded.batchMode() }
    }

    @Test func aURLIsKeptByteForByte() throws {
        let text = "HTTPS://Leader.EXAMPLE.com:443/a/../b/%7e?x#y"
        #expect("\(try Url(decoding: Url(text).encoded()))" == text)
        #expect(try Url(text).bytes == Array(text.utf8))
    }

    @Test func aURLIsASCIIAndNotEmpty() {
        #expect(throws: CodecError(.invalidValue, "")) { try Url("https://bücher.example/") }
        #expect(throws: CodecError(.invalidValue, "")) { try Url(decoding: hex("0001 80")) }
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try Url("") }
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try Url(decoding: hex("0000")) }
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try Url([UInt8](repeating: 0x61, count: 0x1_0000)) }
    }
}
