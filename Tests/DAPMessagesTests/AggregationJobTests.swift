import DAPMessages
import TLSCodec
import Testing

@Suite struct AggregationJobTests {
    static let batchID = [UInt8](repeating: 0x77, count: 32)

    static func verifyInit() throws -> VerifyInit {
        let share = ReportShare(
            metadata: ReportMetadata(reportID: try ReportID(ReportTests.reportID), time: Time(5)), publicShare: [],
            encryptedInputShare: HpkeCiphertext(configID: 3, encapsulatedKey: [0xb1], payload: [0xc1]))
        return VerifyInit(reportShare: share, payload: [0, 0xd1])
    }

    static let encodedVerifyInit = hex(
        """
        000102030405060708090a0b0c0d0e0f 0000000000000005 0000 00000000 03 0001 b1 00000001 c1
        00000002 00d1
        """)

    @Test func theFirstRequestsEncodingIsKnown() throws {
        let request = AggregationJobInitReq(
            verificationKeyID: 4, extensions: [.leaderSelectedBatchID(try BatchID(Self.batchID))],
            verifyInits: [try Self.verifyInit(), try Self.verifyInit()])
        let encoded =
            hex("04 00000000 0024 0001 0020") + Self.batchID + Self.encodedVerifyInit + Self.encodedVerifyInit
        #expect(try request.encoded() == encoded)
        #expect(try AggregationJobInitReq(decoding: encoded) == request)
    }

    @Test func aRequestMayHoldNoReports() throws {
        let request = try AggregationJobInitReq(decoding: hex("00 00000002 abcd 0000"))
        let expected = AggregationJobInitReq(
            verificationKeyID: 0, aggregationParameter: [0xab, 0xcd], verifyInits: [])
        #expect(request == expected)
    }

    @Test func verifyInitsWithALengthPrefixAreRefused() {
        let length = UInt8(Self.encodedVerifyInit.count)
        #expect(throws: CodecError.self) {
            try AggregationJobInitReq(decoding: hex("00 00000000 0000 000000") + [length] + Self.encodedVerifyInit)
        }
    }

    @Test func extensionsDecodeInAnyOrderAndSayWhetherTheyIncrease() throws {
        let swapped = try AggregationJobInitReq(decoding: hex("00 00000000 0008 0002 0000 0001 0000"))
        #expect(swapped.extensions.map(\.extensionType) == [2, 1])
        #expect(!swapped.extensions.isStrictlyIncreasing)
        let ordered = try AggregationJobInitReq(decoding: hex("00 00000000 0008 0001 0000 0002 0000"))
        #expect(ordered.extensions.isStrictlyIncreasing)
    }

    @Test func theBatchIDIsAbsentPresentOrMalformed() throws {
        func request(_ extensions: [AggregationJobExtension]) -> AggregationJobInitReq {
            AggregationJobInitReq(verificationKeyID: 0, extensions: extensions, verifyInits: [])
        }
        #expect(try request([]).leaderSelectedBatchID() == nil)
        let other = AggregationJobExtension(extensionType: 2, extensionData: Self.batchID)
        #expect(try request([other]).leaderSelectedBatchID() == nil)
        let batchID = try BatchID(Self.batchID)
        #expect(try request([.leaderSelectedBatchID(batchID)]).leaderSelectedBatchID() == batchID)
        for count in [0, 31, 33] {
            let malformed = AggregationJobExtension(
                extensionType: 1, extensionData: [UInt8](repeating: 0, count: count))
            #expect(throws: CodecError(.lengthOutOfRange, "")) { try request([malformed]).leaderSelectedBatchID() }
        }
    }

    @Test func theResponseIsItsAnswersWithoutALengthPrefix() throws {
        let id = try ReportID(ReportTests.reportID)
        let response = AggregationJobResp(verifyResps: [
            VerifyResp(reportID: id, outcome: .continue(payload: [0xab, 0xcd])),
            VerifyResp(reportID: id, outcome: .finish),
            VerifyResp(reportID: id, outcome: .reject(.vdafVerifyError)),
        ])
        let encoded =
            ReportTests.reportID + hex("00 00000002 abcd") + ReportTests.reportID + hex("01") + ReportTests.reportID
            + hex("02 06")
        #expect(try response.encoded() == encoded)
        #expect(try AggregationJobResp(decoding: encoded) == response)
        #expect(try AggregationJobResp(decoding: []).verifyResps == [])
        #expect(throws: CodecError.self) {
            try AggregationJobResp(decoding: [0, 0, 0, UInt8(encoded.count)] + encoded)
        }
    }

    @Test func unknownAnswersAreRefused() {
        #expect(throws: CodecError(.invalidValue, "")) { try VerifyResp(decoding: ReportTests.reportID + [3]) }
    }

    @Test func aReasonThatIsNotRegisteredIsAReasonStill() throws {
        for code in [0, 12, 255] as [UInt8] {
            let response = try VerifyResp(decoding: ReportTests.reportID + [2, code])
            #expect(response.outcome == .reject(ReportError(rawValue: code)))
        }
    }

    @Test func theContinuationsEncodingIsKnown() throws {
        let id = try ReportID(ReportTests.reportID)
        let request = AggregationJobContinueReq(
            step: 0x0102, verifyContinues: [VerifyContinue(reportID: id, payload: [0xab])])
        let encoded = hex("0102") + ReportTests.reportID + hex("00000001 ab")
        #expect(try request.encoded() == encoded)
        #expect(try AggregationJobContinueReq(decoding: encoded) == request)
        #expect(throws: CodecError.self) {
            try AggregationJobContinueReq(decoding: hex("0102 00000015") + encoded.dropFirst(2))
        }
    }

    @Test func emptyPayloadsAreRefused() throws {
        let id = try ReportID(ReportTests.reportID)
        let share = try Self.verifyInit().reportShare
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try VerifyInit(reportShare: share, payload: []).encoded()
        }
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try VerifyInit(decoding: share.encoded() + hex("00000000"))
        }
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try VerifyContinue(reportID: id, payload: []).encoded()
        }
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try VerifyContinue(decoding: id.bytes + hex("00000000"))
        }
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try VerifyResp(reportID: id, outcome: .continue(payload: [])).encoded()
        }
        #expect(throws: CodecError(.lengthOutOfRange, "")) {
            try VerifyResp(decoding: id.bytes + hex("00 00000000"))
        }
    }
}
