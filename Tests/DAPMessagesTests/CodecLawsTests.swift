import DAPMessages
import TLSCodec
import Testing

/// What holds for every message, over values that a seed determines.
@Suite struct CodecLawsTests {
    static let seeds: ClosedRange<UInt64> = 1...12

    static let kinds: [MessageKind] = [
        MessageKind(ReportID.self), MessageKind(TaskID.self), MessageKind(BatchID.self),
        MessageKind(AggregationJobID.self), MessageKind(CollectionJobID.self), MessageKind(AggregateShareID.self),
        MessageKind(Extension.self), MessageKind(TaskExtension.self), MessageKind(AggregationJobExtension.self),
        MessageKind(CollectionJobExtension.self), MessageKind(VdafConfiguration.self), MessageKind(Role.self),
        MessageKind(ReportError.self), MessageKind(BatchMode.self), MessageKind(TimePrecision.self),
        MessageKind(Time.self), MessageKind(Duration.self), MessageKind(Interval.self), MessageKind(Url.self),
        MessageKind(BatchChecksum.self), MessageKind(HpkeConfig.self), MessageKind(HpkeConfigList.self),
        MessageKind(HpkeCiphertext.self), MessageKind(TaskConfiguration.self), MessageKind(ReportMetadata.self),
        MessageKind(Report.self), MessageKind(UploadRequest.self, .toTheEnd), MessageKind(ReportUploadStatus.self),
        MessageKind(UploadErrors.self, .toTheEnd), MessageKind(PlaintextInputShare.self), MessageKind(ReportShare.self),
        MessageKind(VerifyInit.self),
        MessageKind(AggregationJobInitReq.self, .toTheEnd), MessageKind(VerifyContinue.self),
        MessageKind(AggregationJobContinueReq.self, .toTheEnd), MessageKind(VerifyResp.self),
        MessageKind(AggregationJobResp.self, .toTheEnd), MessageKind(TimeIntervalQueryConfig.self),
        MessageKind(Query.self), MessageKind(TimeIntervalBatchSelectorConfig.self),
        MessageKind(LeaderSelectedBatchSelectorConfig.self), MessageKind(BatchSelector.self),
        MessageKind(CollectionJobReq.self), MessageKind(CollectionJobResp.self), MessageKind(AggregateShareReq.self),
        MessageKind(AggregateShare.self),
    ]

    @Test(arguments: kinds)
    func aMessageSurvivesTheRoundTrip(kind: MessageKind) throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let bytes = try kind.encodeRandom(&generator)
            #expect(try kind.recode(bytes) == bytes, "seed \(seed)")
        }
    }

    @Test(arguments: kinds)
    func aMessageCutShortIsRefused(kind: MessageKind) throws {
        for seed in Self.seeds {
            var generator = SeededGenerator(seed: seed)
            let bytes = try kind.encodeRandom(&generator)
            for length in bytes.indices {
                let prefix = Array(bytes[..<length])
                switch kind.extent {
                case .delimited: #expect(kind.refuses(prefix), "seed \(seed), length \(length)")
                case .toTheEnd: #expect(kind.refusesOrKeeps(prefix), "seed \(seed), length \(length)")
                }
            }
        }
    }

    @Test(arguments: kinds)
    func bytesBehindAMessageAreRefused(kind: MessageKind) throws {
        for seed in Self.seeds {
            var generator = SeededGenerator(seed: seed)
            let bytes = try kind.encodeRandom(&generator)
            for extra in [0x00, 0x01, 0xff] as [UInt8] {
                #expect(kind.refuses(bytes + [extra]), "seed \(seed), extra \(extra)")
            }
        }
    }

    @Test(arguments: kinds)
    func aChangedByteIsRefusedOrKept(kind: MessageKind) throws {
        for seed in Self.seeds {
            var generator = SeededGenerator(seed: seed)
            let bytes = try kind.encodeRandom(&generator)
            for position in bytes.indices {
                for difference in [0x01, 0x02, 0x80, 0xff, UInt8.random(in: 1...0xff, using: &generator)] {
                    var changed = bytes
                    changed[position] ^= difference
                    #expect(
                        kind.refusesOrKeeps(changed), "seed \(seed), position \(position), difference \(difference)")
                }
            }
        }
    }

    /// All values of all bytes of a short message; of a longer one, of as many bytes as a short one has.
    @Test(arguments: kinds)
    func anyOtherValueOfAByteIsRefusedOrKept(kind: MessageKind) throws {
        let bytesOfAShortMessage = 48
        for seed in 1...2 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let bytes = try kind.encodeRandom(&generator)
            let positions = bytes.indices.shuffled(using: &generator).prefix(bytesOfAShortMessage)
            for position in positions {
                var changed = bytes
                for difference in 0x01...0xff as ClosedRange<UInt8> {
                    changed[position] = bytes[position] ^ difference
                    guard !kind.refusesOrKeeps(changed) else { continue }
                    Issue.record("seed \(seed), position \(position), difference \(difference)")
                }
            }
        }
    }

    @Test(arguments: kinds)
    func arbitraryBytesAreRefusedOrKept(kind: MessageKind) {
        for seed in 1...200 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            // Small values make length prefixes plausible.
            let largest: UInt8 = seed.isMultiple(of: 2) ? 0xff : 0x03
            let bytes = generator.bytes(0...120).map { min($0, largest) }
            #expect(kind.refusesOrKeeps(bytes), "seed \(seed)")
        }
    }
}
