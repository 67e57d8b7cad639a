import DAPMessages
import DAPRoles
import Testing

@Suite struct ReleaseNoticeTests {
    private func tally(_ byte: UInt8, _ releases: UInt64) throws -> ReleaseTally {
        ReleaseTally(identity: try StoreIdentity([UInt8](repeating: byte, count: 16)), releases: releases)
    }

    @Test("A notice reads its own field")
    func readsItself() throws {
        for releases in [0, 1, 12, ReleaseTally.limit - 1] {
            for count in 0...ReleaseNotice.mostPeers {
                let peers = try (0..<count).map { try tally(UInt8($0), ReleaseTally.limit - 1 - UInt64($0)) }
                let notice = ReleaseNotice(own: try tally(0x0a, releases), peers: peers)
                #expect(ReleaseNotice(field: notice.field) == notice)
            }
        }
        let notice = ReleaseNotice(own: try tally(0xab, 12), peers: [try tally(0xff, 7)])
        #expect(notice.field == "own=q6urq6urq6urq6urq6urqw.12, peer=_____________________w.7")
        #expect(ReleaseNotice(field: notice.field.replacing(", ", with: ",")) == notice)
    }

    @Test(
        "A field that is not of the form is none",
        arguments: [
            "", "own=", "own=.", "own=.1", "own=q6urq6urq6urq6urq6urqw", "own=q6urq6urq6urq6urq6urqw.",
            "own=q6urq6urq6urq6urq6urqw.x", "own=q6urq6urq6urq6urq6urqw.-1", "own=q6urq6urq6urq6urq6urqw.+1",
            "own=q6urq6urq6urq6urq6urqw.01", "own=q6urq6urq6urq6urq6urqw.1.2", "own=q6urq6urq6urq6urq6urq.1",
            "own=q6urq6urq6urq6urq6urqx.1", "own=q6urq6urq6urq6urq6urqw.4611686018427387904",
            "own=q6urq6urq6urq6urq6urqw.18446744073709551616", "peer=q6urq6urq6urq6urq6urqw.1",
            "own=q6urq6urq6urq6urq6urqw.1,", "own=q6urq6urq6urq6urq6urqw.1, own=q6urq6urq6urq6urq6urqw.1",
            "own=q6urq6urq6urq6urq6urqw.1, peer=q6urq6urq6urq6urq6urqw.1, x",
            "own=q6urq6urq6urq6urq6urqw.1" + String(repeating: ", peer=q6urq6urq6urq6urq6urqw.1", count: 5),
            "own=q6urq6urq6urq6urq6urqw.1" + String(repeating: " ", count: 600), "Own=q6urq6urq6urq6urq6urqw.1",
        ])
    func refusesOthers(field: String) {
        #expect(ReleaseNotice(field: field) == nil)
    }

    @Test("A block ends as far ahead as reports may be, and never overflows")
    func endsAhead() {
        func block(_ restoredAt: UInt64, _ reason: String, _ isProven: Bool = false) -> ReleaseBlock {
            ReleaseBlock(restoredAt: restoredAt, reason: reason, isProven: isProven)
        }
        #expect(block(1000, "").through == 1300)
        #expect(block(.max, "").through == .max)
        #expect(block(20, "one", true).joined(by: block(5, "two")) == block(20, "one", true))
        #expect(block(20, "one").joined(by: block(25, "two", true)) == block(25, "two", true))
    }
}
