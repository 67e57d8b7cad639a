import DAPMessages
import TLSCodec
import Testing

/// "A missing length prefix", as a peer's encoding had it: each vector has the prefix that DAP gives it, or none.
@Suite struct LengthPrefixTests {
    @Test func whatRunsToTheEndOfTheBodyHasNone() throws {
        let report = try ReportTests.report()
        #expect(try UploadRequest(reports: [report]).encoded() == ReportTests.encodedReport)
        let id = try ReportID(ReportTests.reportID)
        let verifyResp = VerifyResp(reportID: id, outcome: .continue(payload: [0xaa, 0xbb]))
        let response = AggregationJobResp(verifyResps: [verifyResp])
        #expect(try response.encoded() == ReportTests.reportID + hex("00 00000002 aabb"))
        let share = ReportShare(
            metadata: report.metadata, publicShare: report.publicShare,
            encryptedInputShare: report.helperEncryptedInputShare)
        let request = AggregationJobInitReq(
            verificationKeyID: 0, verifyInits: [VerifyInit(reportShare: share, payload: [0xcc])])
        let encodedShare =
            ReportTests.reportID
            + hex("000000000109ce54 0005 1234 0001 ee 00000002 a1a2 02 0001 d1 00000001 f1")
        #expect(try request.encoded() == hex("00 00000000 0000") + encodedShare + hex("00000001 cc"))
    }

    @Test func listsOfConfigurationsAndExtensionsHaveTwoBytes() throws {
        let config = HpkeConfig(id: 7, kemID: 0x20, kdfID: 1, aeadID: 1, publicKey: [1, 2, 3])
        let encoded = hex("07 0020 0001 0001 0003 010203")
        #expect(try config.encoded() == encoded)
        let other = HpkeConfig(id: 8, kemID: 0x20, kdfID: 1, aeadID: 1, publicKey: [1, 2, 3])
        #expect(
            try HpkeConfigList([config, other]).encoded() == hex("0018") + encoded + [8] + encoded.dropFirst())
        let share = PlaintextInputShare(
            privateExtensions: [Extension(extensionType: 9, extensionData: [])], payload: [1])
        #expect(try share.encoded() == hex("0004 0009 0000 00000001 01"))
    }

    @Test func sealedPartsHaveTwoAndFour() throws {
        let ciphertext = HpkeCiphertext(configID: 1, encapsulatedKey: [0xb1], payload: [0xc1, 0xc2])
        #expect(try ciphertext.encoded() == hex("01 0001 b1 00000002 c1c2"))
        #expect(try AggregateShare(encryptedAggregateShare: ciphertext).encoded() == ciphertext.encoded())
    }

    @Test func associatedDataContainTheConfigurationWithItsLength() throws {
        let metadata = ReportMetadata(reportID: try ReportID(ReportTests.reportID), time: Time(1))
        let task = try TaskID([UInt8](repeating: 5, count: 32))
        let aad = InputShareAad(
            taskID: task, encodedTaskConfiguration: [1, 2, 3], reportMetadata: metadata, publicShare: [9])
        let tail = ReportTests.reportID + hex("0000000000000001 0000 00000001 09")
        #expect(try aad.encoded() == task.bytes + [1, 2, 3] + tail)
    }
}
