import DAPMessages
import TLSCodec
import Testing

@Suite struct EnumerationsTests {
    @Test func rolesHaveTheirCodePoints() throws {
        #expect(try [Role.collector, .client, .leader, .helper].map { try $0.encoded() } == [[0], [1], [2], [3]])
        #expect(throws: CodecError(.invalidValue, "")) { try Role(decoding: [4]) }
        #expect(throws: CodecError(.invalidValue, "")) { try Role(decoding: [255]) }
    }

    @Test func reportErrorsHaveTheirCodePoints() throws {
        let inOrder: [ReportError] = [
            .batchCollected, .reportReplayed, .reportDropped, .hpkeUnknownConfigID, .hpkeDecryptError,
            .vdafVerifyError, .taskExpired, .invalidMessage, .reportTooEarly, .taskNotStarted, .outdatedConfig,
        ]
        #expect(inOrder == ReportError.allCases)
        #expect(inOrder.map(\.rawValue) == Array(1...11))
        // The registry is open.
        for other in [0, 12, 255] as [UInt8] {
            let error = try ReportError(decoding: [other])
            #expect(try error.rawValue == other && error.encoded() == [other])
            #expect(!ReportError.allCases.contains(error))
        }
    }

    @Test func batchModesHaveTheirCodePoints() throws {
        #expect(try BatchMode(decoding: [1]) == .timeInterval)
        #expect(try BatchMode(decoding: [2]) == .leaderSelected)
        for unknown in [0, 3, 255] as [UInt8] {
            #expect(throws: CodecError(.invalidValue, "")) { try BatchMode(decoding: [unknown]) }
        }
    }
}
