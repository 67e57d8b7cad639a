import DAPMessages
import TLSCodec
import Testing

@Suite struct CollectionTests {
    static let interval = Interval(start: Time(1_659_540), duration: Duration(100))
    static let intervalQuery = hex("01 0010 0000000000195294 0000000000000064")

    static let request = CollectionJobReq(
        query: .timeInterval(TimeIntervalQueryConfig(batchInterval: interval)), aggregationParameter: [0xaa])
    static let encodedRequest = intervalQuery + hex("00000001 aa 0000")

    static let ciphertext = HpkeCiphertext(configID: 8, encapsulatedKey: [0xb1], payload: [0xc1])
    static let encodedCiphertext = hex("08 0001 b1 00000001 c1")

    @Test func theRequestsEncodingIsKnown() throws {
        #expect(try Self.request.encoded() == Self.encodedRequest)
        #expect(try CollectionJobReq(decoding: Self.encodedRequest) == Self.request)
        let leaderSelected = CollectionJobReq(query: .leaderSelected)
        #expect(try leaderSelected.encoded() == hex("02 0000 00000000 0000"))
        #expect(try CollectionJobReq(decoding: hex("02 0000 00000000 0000")) == leaderSelected)
    }

    @Test func extensionsDecodeInAnyOrderAndSayWhetherTheyIncrease() throws {
        let swapped = try CollectionJobReq(decoding: hex("02 0000 00000000 0009 0002 0001 ff 0001 0000"))
        #expect(swapped.extensions.map(\.extensionType) == [2, 1])
        #expect(!swapped.extensions.isStrictlyIncreasing)
    }

    @Test func theResponsesEncodingIsKnown() throws {
        let response = CollectionJobResp(
            reportCount: 1000, interval: Interval(start: Time(16_595_440), duration: Duration(1)),
            leaderEncryptedAggregateShare: Self.ciphertext,
            helperEncryptedAggregateShare: HpkeCiphertext(configID: 9, encapsulatedKey: [1], payload: [2]))
        let encoded =
            hex("00000000000003e8 0000000000fd39f0 0000000000000001") + Self.encodedCiphertext
            + hex("09 0001 01 00000001 02")
        #expect(try response.encoded() == encoded)
        #expect(try CollectionJobResp(decoding: encoded) == response)
    }

    @Test func theAggregateShareRequestsEncodingIsKnown() throws {
        let selected = Interval(start: Time(1_659_544), duration: Duration(10))
        let request = AggregateShareReq(
            collectionJobReq: Self.request,
            batchSelector: .timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: selected)),
            reportCount: 1000, checksum: try BatchChecksum(Array(0..<32)))
        let encoded =
            Self.encodedRequest + hex("01 0010 0000000000195298 000000000000000a 00000000000003e8")
            + Array(0..<32)
        #expect(try request.encoded() == encoded)
        #expect(try AggregateShareReq(decoding: encoded) == request)
    }

    @Test func theAggregateShareIsItsCiphertext() throws {
        let share = AggregateShare(encryptedAggregateShare: Self.ciphertext)
        #expect(try share.encoded() == Self.encodedCiphertext)
        #expect(try AggregateShare(decoding: Self.encodedCiphertext) == share)
    }

    @Test func theAADHoldsTheConfigurationsBytesAsTheyAre() throws {
        let taskID = [UInt8](repeating: 0x55, count: 32)
        let aad = AggregateShareAad(
            taskID: try TaskID(taskID), encodedTaskConfiguration: TaskConfigurationTests.taskprovExample,
            collectionJobReq: Self.request)
        #expect(try aad.encoded() == taskID + TaskConfigurationTests.taskprovExample + Self.encodedRequest)
    }
}

@Suite struct BatchModeTests {
    static let batchID = [UInt8](repeating: 0x77, count: 32)

    @Test func aConfigurationOfTheOtherModeIsRefused() {
        let interval = hex("0010 0000000000000001 0000000000000001")
        #expect(throws: CodecError(.trailingBytes, "")) { try Query(decoding: [2] + interval) }
        #expect(throws: CodecError(.truncated, "")) { try Query(decoding: hex("01 0000")) }
        #expect(throws: CodecError(.trailingBytes, "")) { try BatchSelector(decoding: [1, 0, 32] + Self.batchID) }
        #expect(throws: CodecError(.truncated, "")) { try BatchSelector(decoding: [2] + interval) }
        #expect(throws: CodecError(.truncated, "")) { try BatchSelector(decoding: hex("02 0000")) }
    }

    @Test func anUnknownModeIsRefused() {
        for mode in [0, 3, 255] as [UInt8] {
            #expect(throws: CodecError(.invalidValue, "")) { try Query(decoding: [mode, 0, 0]) }
            #expect(throws: CodecError(.invalidValue, "")) { try BatchSelector(decoding: [mode, 0, 0]) }
        }
    }

    @Test func aLeaderSelectedSelectorHoldsTheBatchID() throws {
        let selector = BatchSelector.leaderSelected(
            LeaderSelectedBatchSelectorConfig(batchID: try BatchID(Self.batchID)))
        #expect(try selector.encoded() == hex("02 0020") + Self.batchID)
        #expect(try BatchSelector(decoding: hex("02 0020") + Self.batchID) == selector)
        #expect(selector.batchMode == .leaderSelected)
    }

    /// Whether it is a batch is for the leader to say, with an error of its own.
    @Test func anIntervalBeyondTheEndOfTimeDecodes() throws {
        let query = try Query(decoding: hex("01 0010 ffffffffffffffff ffffffffffffffff"))
        #expect(query.batchMode == .timeInterval)
    }

    @Test func aSelectorIsConsistentWithinItsQuery() throws {
        func query(_ start: UInt64, _ duration: UInt64) -> Query {
            .timeInterval(
                TimeIntervalQueryConfig(batchInterval: Interval(start: Time(start), duration: Duration(duration))))
        }
        let interval = Interval(start: Time(5), duration: Duration(5))
        let selector = BatchSelector.timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: interval))
        #expect(selector.isConsistent(with: query(5, 5)))
        #expect(selector.isConsistent(with: query(0, 100)))
        #expect(!selector.isConsistent(with: query(6, 100)))
        #expect(!selector.isConsistent(with: query(5, 4)))
        #expect(!selector.isConsistent(with: .leaderSelected))
        let batch = BatchSelector.leaderSelected(
            LeaderSelectedBatchSelectorConfig(batchID: try BatchID(Self.batchID)))
        #expect(batch.isConsistent(with: .leaderSelected))
        #expect(!batch.isConsistent(with: query(0, 100)))
    }
}

/// Hashes computed with Python's `hashlib`.
@Suite struct BatchChecksumTests {
    @Test func theChecksumIsTheXOROfTheReportIDsHashes() throws {
        var checksum = BatchChecksum()
        #expect(checksum.bytes == [UInt8](repeating: 0, count: 32))
        checksum.add(try ReportID([UInt8](repeating: 0, count: 16)))
        #expect(checksum.bytes == hex("374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"))
        checksum.add(try ReportID(Array(0..<16)))
        #expect(checksum.bytes == hex("8902c3d9f2ceab6b2a784cf1cf4422d52caba4a74fed9fc5fec5b383c6d6be2a"))
    }

    @Test func mergingBucketsIsAddingTheirReports() throws {
        var generator = SeededGenerator(seed: 1)
        let reports = generator.list(9...9) as [ReportID]
        var together = BatchChecksum()
        var buckets = [BatchChecksum(), BatchChecksum(), BatchChecksum()]
        for (index, report) in reports.enumerated() {
            together.add(report)
            buckets[index % 3].add(report)
        }
        var merged = BatchChecksum()
        for bucket in buckets.reversed() { merged.merge(bucket) }
        #expect(merged == together)
        merged.merge(together)
        #expect(merged == BatchChecksum())
    }

    @Test func anyOtherNumberOfBytesIsRefused() {
        #expect(throws: CodecError(.lengthOutOfRange, "")) { try BatchChecksum([UInt8](repeating: 0, count: 31)) }
    }
}
