import DAPMessages
import TLSCodec

/// A value and its encoding, worked out by hand from the notation of the draft.
struct KnownAnswer {
    /// The type's name, as `MessageKind` has it.
    let typeName: String
    let encoding: [UInt8]
    /// What the value encodes to.
    let encoded: [UInt8]
    /// Whether the encoding decodes to the value.
    let decodes: Bool

    init<Message: TLSCodable & Equatable>(_ message: Message, _ encoding: String) throws {
        typeName = "\(Message.self)"
        self.encoding = hex(encoding)
        encoded = try message.encoded()
        decodes = try Message(decoding: self.encoding) == message
    }
}

/// Values whose every byte tells where it belongs, and their encodings field by field.
enum KnownAnswers {
    private static let sixteen = "000102030405060708090a0b0c0d0e0f"
    private static let thirtyTwo = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
    private static let reportID = Result { try ReportID(Array(0..<16)) }
    private static let batchID = Result { try BatchID(Array(0x20..<0x40)) }
    private static let interval = Interval(start: Time(0x0102_0304_0506_0708), duration: Duration(9))
    private static let intervalBytes = "0102030405060708 0000000000000009"

    private static let ciphertext = HpkeCiphertext(configID: 7, encapsulatedKey: [0xa, 0xb], payload: [0xc, 0xd, 0xe])
    private static let ciphertextBytes = "07 0002 0a0b 00000003 0c0d0e"
    private static let otherCiphertext = HpkeCiphertext(configID: 8, encapsulatedKey: [0xf], payload: [0xf1])
    private static let otherCiphertextBytes = "08 0001 0f 00000001 f1"

    /// One for each type at least.
    static func all() throws -> [KnownAnswer] {
        try basicTypes() + extensions() + configurations() + upload() + aggregation() + batches() + collection()
    }

    /// DAP §4.1, §4.2, §4.5.4.3, §5.2.
    private static func basicTypes() throws -> [KnownAnswer] {
        [
            try KnownAnswer(reportID.get(), sixteen),
            try KnownAnswer(AggregationJobID(Array(0..<16)), sixteen),
            try KnownAnswer(CollectionJobID(Array(0..<16)), sixteen),
            try KnownAnswer(AggregateShareID(Array(0..<16)), sixteen),
            try KnownAnswer(TaskID(Array(0x20..<0x40)), thirtyTwo),
            try KnownAnswer(batchID.get(), thirtyTwo),
            try KnownAnswer(BatchChecksum(Array(0x20..<0x40)), thirtyTwo),
            try KnownAnswer(Role.collector, "00"),
            try KnownAnswer(Role.helper, "03"),
            try KnownAnswer(ReportError.batchCollected, "01"),
            try KnownAnswer(ReportError.outdatedConfig, "0b"),
            try KnownAnswer(BatchMode.timeInterval, "01"),
            try KnownAnswer(BatchMode.leaderSelected, "02"),
            try KnownAnswer(TimePrecision(seconds: 3600), "0000000000000e10"),
            try KnownAnswer(Time(17_419_860), "000000000109ce54"),
            try KnownAnswer(Duration(1000), "00000000000003e8"),
            try KnownAnswer(interval, intervalBytes),
            try KnownAnswer(Url("http://l/"), "0009 687474703a2f2f6c2f"),
        ]
    }

    /// DAP §4.2.2, §4.2.3, §4.4.3, §4.5.1, §4.6.2, §5.2.2.
    private static func extensions() throws -> [KnownAnswer] {
        [
            try KnownAnswer(Extension(extensionType: 0x1234, extensionData: [0xee, 0xff]), "1234 0002 eeff"),
            try KnownAnswer(TaskExtension(extensionType: 0xff00, extensionData: [5]), "ff00 0001 05"),
            try KnownAnswer(TaskExtension.taskInterval(interval), "0001 0010 \(intervalBytes)"),
            try KnownAnswer(AggregationJobExtension(extensionType: 2, extensionData: []), "0002 0000"),
            try KnownAnswer(AggregationJobExtension.leaderSelectedBatchID(batchID.get()), "0001 0020 \(thirtyTwo)"),
            try KnownAnswer(CollectionJobExtension(extensionType: 0x0102, extensionData: [3]), "0102 0001 03"),
        ]
    }

    /// DAP §4.2, §4.4.1, Appendix B.
    private static func configurations() throws -> [KnownAnswer] {
        let config = HpkeConfig(id: 194, kemID: 0x0020, kdfID: 0x0001, aeadID: 0x0003, publicKey: [1, 2, 3, 4])
        let task = TaskConfiguration(
            taskInfo: [0x61, 0x62], leaderAggregatorEndpoint: try Url("l"), helperAggregatorEndpoint: try Url("hq"),
            timePrecision: try TimePrecision(seconds: 300), minBatchSize: 100, batchMode: .leaderSelected,
            parameters: .multihotCountVec(length: 7, chunkLength: 3, maxWeight: 2),
            extensions: [.taskInterval(interval)])
        return [
            try KnownAnswer(config, "c2 0020 0001 0003 0004 01020304"),
            try KnownAnswer(
                HpkeConfigList([config, HpkeConfig(id: 17, kemID: 1, kdfID: 2, aeadID: 3, publicKey: [9])]),
                "0017 c2 0020 0001 0003 0004 01020304 11 0001 0002 0003 0001 09"),
            try KnownAnswer(ciphertext, ciphertextBytes),
            try KnownAnswer(
                task,
                """
                02 6162 0001 6c 0002 6871 000000000000012c 0000000000000064 02 0000
                00000005 0010 00000007 00000003 0000000000000002
                0014 0001 0010 \(intervalBytes)
                """),
            try KnownAnswer(
                VdafConfiguration(.sumVec(length: 7, maxMeasurement: 0x0102_0304_0506_0708, chunkLength: 3)),
                "00000003 00000007 0102030405060708 00000003"),
        ]
    }

    private static func metadata() throws -> ReportMetadata {
        ReportMetadata(
            reportID: try reportID.get(), time: Time(5),
            publicExtensions: [
                Extension(extensionType: 1, extensionData: []), Extension(extensionType: 2, extensionData: [8]),
            ])
    }

    private static let metadataBytes = "\(sixteen) 0000000000000005 0009 0001 0000 0002 0001 08"

    /// DAP §4.4.2.
    private static func upload() throws -> [KnownAnswer] {
        let report = Report(
            metadata: try metadata(), publicShare: [0xa1], leaderEncryptedInputShare: ciphertext,
            helperEncryptedInputShare: otherCiphertext)
        let reportBytes = "\(metadataBytes) 00000001 a1 \(ciphertextBytes) \(otherCiphertextBytes)"
        let status = ReportUploadStatus(id: try reportID.get(), error: .reportTooEarly)
        return [
            try KnownAnswer(metadata(), metadataBytes),
            try KnownAnswer(report, reportBytes),
            try KnownAnswer(UploadRequest(reports: [report, report]), reportBytes + reportBytes),
            try KnownAnswer(UploadRequest(reports: []), ""),
            try KnownAnswer(status, "\(sixteen) 09"),
            try KnownAnswer(UploadErrors(statuses: [status, status]), "\(sixteen) 09 \(sixteen) 09"),
            try KnownAnswer(
                PlaintextInputShare(
                    privateExtensions: [Extension(extensionType: 9, extensionData: [1, 2])], payload: [0xab]),
                "0006 0009 0002 0102 00000001 ab"),
        ]
    }

    /// DAP §4.5.3, §4.5.4.
    private static func aggregation() throws -> [KnownAnswer] {
        let share = ReportShare(metadata: try metadata(), publicShare: [0xa1, 0xa2], encryptedInputShare: ciphertext)
        let shareBytes = "\(metadataBytes) 00000002 a1a2 \(ciphertextBytes)"
        let verifyInit = VerifyInit(reportShare: share, payload: [0xd1, 0xd2])
        let verifyInitBytes = "\(shareBytes) 00000002 d1d2"
        let request = AggregationJobInitReq(
            verificationKeyID: 4, aggregationParameter: [0x99], extensions: [.leaderSelectedBatchID(try batchID.get())],
            verifyInits: [verifyInit, verifyInit])
        let verifyContinue = VerifyContinue(reportID: try reportID.get(), payload: [0xe1])
        func answer(_ outcome: VerifyResp.Outcome) throws -> VerifyResp {
            VerifyResp(reportID: try reportID.get(), outcome: outcome)
        }
        return [
            try KnownAnswer(share, shareBytes),
            try KnownAnswer(verifyInit, verifyInitBytes),
            try KnownAnswer(
                request, "04 00000001 99 0024 0001 0020 \(thirtyTwo) \(verifyInitBytes) \(verifyInitBytes)"),
            try KnownAnswer(verifyContinue, "\(sixteen) 00000001 e1"),
            try KnownAnswer(
                AggregationJobContinueReq(step: 0x0102, verifyContinues: [verifyContinue, verifyContinue]),
                "0102 \(sixteen) 00000001 e1 \(sixteen) 00000001 e1"),
            try KnownAnswer(answer(.continue(payload: [0xf1, 0xf2])), "\(sixteen) 00 00000002 f1f2"),
            try KnownAnswer(answer(.finish), "\(sixteen) 01"),
            try KnownAnswer(answer(.reject(.reportDropped)), "\(sixteen) 02 03"),
            try KnownAnswer(
                AggregationJobResp(verifyResps: [answer(.finish), answer(.reject(.taskExpired))]),
                "\(sixteen) 01 \(sixteen) 02 07"),
        ]
    }

    /// DAP §4.6.1, §4.6.4, §5.1, §5.2.
    private static func batches() throws -> [KnownAnswer] {
        let query = TimeIntervalQueryConfig(batchInterval: interval)
        let selected = TimeIntervalBatchSelectorConfig(batchInterval: interval)
        let batch = LeaderSelectedBatchSelectorConfig(batchID: try batchID.get())
        return [
            try KnownAnswer(query, intervalBytes),
            try KnownAnswer(Query.timeInterval(query), "01 0010 \(intervalBytes)"),
            try KnownAnswer(Query.leaderSelected, "02 0000"),
            try KnownAnswer(selected, intervalBytes),
            try KnownAnswer(BatchSelector.timeInterval(selected), "01 0010 \(intervalBytes)"),
            try KnownAnswer(batch, thirtyTwo),
            try KnownAnswer(BatchSelector.leaderSelected(batch), "02 0020 \(thirtyTwo)"),
        ]
    }

    /// DAP §4.6.1, §4.6.4.
    private static func collection() throws -> [KnownAnswer] {
        let request = CollectionJobReq(
            query: .leaderSelected, aggregationParameter: [0x99],
            extensions: [
                CollectionJobExtension(extensionType: 3, extensionData: []),
                CollectionJobExtension(extensionType: 4, extensionData: [6]),
            ])
        let requestBytes = "02 0000 00000001 99 0009 0003 0000 0004 0001 06"
        return [
            try KnownAnswer(request, requestBytes),
            try KnownAnswer(
                CollectionJobResp(
                    reportCount: 1000, interval: interval, leaderEncryptedAggregateShare: ciphertext,
                    helperEncryptedAggregateShare: otherCiphertext),
                "00000000000003e8 \(intervalBytes) \(ciphertextBytes) \(otherCiphertextBytes)"),
            try KnownAnswer(
                AggregateShareReq(
                    collectionJobReq: request,
                    batchSelector: .leaderSelected(LeaderSelectedBatchSelectorConfig(batchID: batchID.get())),
                    reportCount: 1001, checksum: BatchChecksum(Array(0x20..<0x40))),
                "\(requestBytes) 02 0020 \(thirtyTwo) 00000000000003e9 \(thirtyTwo)"),
            try KnownAnswer(AggregateShare(encryptedAggregateShare: ciphertext), ciphertextBytes),
        ]
    }
}
