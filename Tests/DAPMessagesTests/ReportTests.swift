import DAPMessages
import TLSCodec
import Testing

@Suite struct ReportTests {
    static let reportID = hex("000102030405060708090a0b0c0d0e0f")

    static func report() throws -> Report {
        Report(
            metadata: ReportMetadata(
                reportID: try ReportID(reportID), time: Time(17_419_860),
                publicExtensions: [Extension(extensionType: 0x1234, extensionData: [0xee])]),
            publicShare: [0xa1, 0xa2],
            leaderEncryptedInputShare: HpkeCiphertext(configID: 1, encapsulatedKey: [0xb1], payload: [0xc1, 0xc2]),
            helperEncryptedInputShare: HpkeCiphertext(configID: 2, encapsulatedKey: [0xd1], payload: [0xf1]))
    }

    static let encodedReport = hex(
        """
        000102030405060708090a0b0c0d0e0f 000000000109ce54 0005 1234 0001 ee
        00000002 a1a2
        01 0001 b1 00000002 c1c2
        02 0001 d1 00000001 f1
        """)

    @Test func theReportsEncodingIsKnown() throws {
        #expect(try Self.report().encoded() == Self.encodedReport)
        #expect(try Report(decoding: Self.encodedReport) == Self.report())
    }

    @Test func extensionsDecodeInAnyOrderAndSayWhetherTheyIncrease() throws {
        func metadata(_ types: [UInt16]) throws -> ReportMetadata {
            let extensions = types.map { Extension(extensionType: $0, extensionData: []) }
            let metadata = ReportMetadata(
                reportID: try ReportID(Self.reportID), time: Time(0), publicExtensions: extensions)
            return try ReportMetadata(decoding: metadata.encoded())
        }
        for types in [[], [5], [0, 1], [1, 2, 0xffff]] as [[UInt16]] {
            let decoded = try metadata(types)
            #expect(decoded.publicExtensions.map(\.extensionType) == types)
            #expect(decoded.publicExtensions.isStrictlyIncreasing)
        }
        for types in [[1, 1], [2, 1], [1, 3, 2], [0, 0]] as [[UInt16]] {
            let decoded = try metadata(types)
            #expect(decoded.publicExtensions.map(\.extensionType) == types)
            #expect(!decoded.publicExtensions.isStrictlyIncreasing)
        }
    }

    @Test func overlongExtensionsAreRefused() throws {
        let long = Extension(extensionType: 1, extensionData: [UInt8](repeating: 0, count: 0x1_0000))
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try long.encoded() }
        let half = Extension(extensionType: 1, extensionData: [UInt8](repeating: 0, count: 0x8000))
        let metadata = ReportMetadata(
            reportID: try ReportID(Self.reportID), time: Time(0), publicExtensions: [half, half])
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try metadata.encoded() }
    }
}

@Suite struct UploadTests {
    @Test func anUploadIsItsReportsWithoutALengthPrefix() throws {
        let report = try ReportTests.report()
        #expect(try UploadRequest(reports: [report]).encoded() == ReportTests.encodedReport)
        let twice = ReportTests.encodedReport + ReportTests.encodedReport
        #expect(try UploadRequest(reports: [report, report]).encoded() == twice)
        #expect(try UploadRequest(decoding: twice).reports == [report, report])
        #expect(try UploadRequest(decoding: []).reports == [])
    }

    @Test func anUploadWithALengthPrefixIsRefused() {
        let length = UInt8(ReportTests.encodedReport.count)
        for prefix in [[0, length], [0, 0, 0, length]] as [[UInt8]] {
            #expect(throws: CodecError.self) { try UploadRequest(decoding: prefix + ReportTests.encodedReport) }
        }
    }

    @Test func aReportCutShortBehindOthersIsTruncated() {
        let cut = ReportTests.encodedReport + ReportTests.encodedReport.dropLast()
        #expect(throws: CodecError(.truncated, "")) { try UploadRequest(decoding: cut) }
    }

    @Test func uploadErrorsHaveNoLengthPrefix() throws {
        let id = try ReportID(ReportTests.reportID)
        let errors = UploadErrors(statuses: [
            ReportUploadStatus(id: id, error: .reportReplayed), ReportUploadStatus(id: id, error: .outdatedConfig),
        ])
        let encoded = ReportTests.reportID + [2] + ReportTests.reportID + [11]
        #expect(try errors.encoded() == encoded)
        #expect(try UploadErrors(decoding: encoded) == errors)
        #expect(try UploadErrors(decoding: []).statuses == [])
        let unregistered = try UploadErrors(decoding: ReportTests.reportID + [77])
        #expect(unregistered.statuses.map(\.error) == [ReportError(rawValue: 77)])
        #expect(throws: CodecError.self) { try UploadErrors(decoding: [0, 0, 0, 34] + encoded) }
    }
}

@Suite struct InputShareTests {
    @Test func theEncodingIsKnown() throws {
        let share = PlaintextInputShare(
            privateExtensions: [Extension(extensionType: 9, extensionData: [1, 2])], payload: [0xab, 0xcd])
        let encoded = hex("0006 0009 0002 0102 00000002 abcd")
        #expect(try share.encoded() == encoded)
        #expect(try PlaintextInputShare(decoding: encoded) == share)
    }

    @Test func anEmptyPayloadIsRefused() {
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try PlaintextInputShare(payload: []).encoded() }
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try PlaintextInputShare(decoding: hex("0000 00000000"))
        }
    }

    @Test func aShareDescribesItselfAsRedacted() {
        let share = PlaintextInputShare(payload: [0xab, 0xcd])
        var dumped = ""
        dump(share, to: &dumped)
        for text in ["\(share)", String(reflecting: share), "\([share])", dumped] {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("171"))
        }
    }

    @Test func theAADHoldsTheConfigurationsBytesAsTheyAre() throws {
        let report = try ReportTests.report()
        let aad = InputShareAad(
            taskID: try TaskID([UInt8](repeating: 0x55, count: 32)),
            encodedTaskConfiguration: TaskConfigurationTests.taskprovExample, reportMetadata: report.metadata,
            publicShare: report.publicShare)
        let expected =
            [UInt8](repeating: 0x55, count: 32) + TaskConfigurationTests.taskprovExample
            + hex("000102030405060708090a0b0c0d0e0f 000000000109ce54 0005 1234 0001 ee 00000002 a1a2")
        #expect(try aad.encoded() == expected)
    }
}
