import DAPMessages

extension Generated where Self: TypedExtension {
    static func random(using generator: inout SeededGenerator) -> Self {
        Self(extensionType: UInt16(truncatingIfNeeded: generator.next()), extensionData: generator.bytes(0...6))
    }
}

extension Extension: Generated {}
extension TaskExtension: Generated {}
extension AggregationJobExtension: Generated {}
extension CollectionJobExtension: Generated {}

extension HpkeConfig: Generated {
    static func random(using generator: inout SeededGenerator) -> HpkeConfig {
        HpkeConfig(
            id: generator.byte(), kemID: UInt16(generator.byte()), kdfID: UInt16(generator.byte()),
            aeadID: UInt16(generator.byte()), publicKey: generator.bytes(1...8))
    }
}

extension HpkeConfigList: Generated {
    static func random(using generator: inout SeededGenerator) -> HpkeConfigList {
        var configs = [HpkeConfig.random(using: &generator)]
        for config in generator.list(0...3) as [HpkeConfig] where !configs.contains(where: { $0.id == config.id }) {
            configs.append(config)
        }
        return HpkeConfigList(configs)
    }
}

extension HpkeCiphertext: Generated {
    static func random(using generator: inout SeededGenerator) -> HpkeCiphertext {
        HpkeCiphertext(
            configID: generator.byte(), encapsulatedKey: generator.bytes(1...8), payload: generator.bytes(1...8))
    }
}

extension TaskConfiguration: Generated {
    static func random(using generator: inout SeededGenerator) -> TaskConfiguration {
        TaskConfiguration(
            taskInfo: generator.bytes(1...9), leaderAggregatorEndpoint: .random(using: &generator),
            helperAggregatorEndpoint: .random(using: &generator), timePrecision: .random(using: &generator),
            minBatchSize: generator.next(), batchModeCodepoint: generator.byte(), batchConfig: generator.bytes(0...3),
            vdafType: UInt32(generator.byte()), vdafConfiguration: generator.bytes(0...9),
            extensions: generator.increasingExtensions())
    }
}

extension ReportMetadata: Generated {
    static func random(using generator: inout SeededGenerator) -> ReportMetadata {
        ReportMetadata(
            reportID: .random(using: &generator), time: .random(using: &generator),
            publicExtensions: generator.extensions())
    }
}

extension Report: Generated {
    static func random(using generator: inout SeededGenerator) -> Report {
        Report(
            metadata: .random(using: &generator), publicShare: generator.bytes(0...9),
            leaderEncryptedInputShare: .random(using: &generator),
            helperEncryptedInputShare: .random(using: &generator))
    }
}

extension UploadRequest: Generated {
    static func random(using generator: inout SeededGenerator) -> UploadRequest {
        UploadRequest(reports: generator.list(0...3))
    }
}

extension ReportUploadStatus: Generated {
    static func random(using generator: inout SeededGenerator) -> ReportUploadStatus {
        ReportUploadStatus(id: .random(using: &generator), error: .random(using: &generator))
    }
}

extension UploadErrors: Generated {
    static func random(using generator: inout SeededGenerator) -> UploadErrors {
        UploadErrors(statuses: generator.list(0...4))
    }
}

extension PlaintextInputShare: Generated {
    static func random(using generator: inout SeededGenerator) -> PlaintextInputShare {
        PlaintextInputShare(privateExtensions: generator.extensions(), payload: generator.bytes(1...20))
    }
}

extension ReportShare: Generated {
    static func random(using generator: inout SeededGenerator) -> ReportShare {
        ReportShare(
            metadata: .random(using: &generator), publicShare: generator.bytes(0...9),
            encryptedInputShare: .random(using: &generator))
    }
}

extension VerifyInit: Generated {
    static func random(using generator: inout SeededGenerator) -> VerifyInit {
        VerifyInit(reportShare: .random(using: &generator), payload: generator.bytes(1...9))
    }
}

extension AggregationJobInitReq: Generated {
    static func random(using generator: inout SeededGenerator) -> AggregationJobInitReq {
        AggregationJobInitReq(
            verificationKeyID: generator.byte(), aggregationParameter: generator.bytes(0...4),
            extensions: generator.extensions(), verifyInits: generator.list(0...3))
    }
}

extension VerifyContinue: Generated {
    static func random(using generator: inout SeededGenerator) -> VerifyContinue {
        VerifyContinue(reportID: .random(using: &generator), payload: generator.bytes(1...9))
    }
}

extension AggregationJobContinueReq: Generated {
    static func random(using generator: inout SeededGenerator) -> AggregationJobContinueReq {
        AggregationJobContinueReq(step: UInt16(generator.byte()), verifyContinues: generator.list(0...3))
    }
}

extension VerifyResp: Generated {
    static func random(using generator: inout SeededGenerator) -> VerifyResp {
        let outcome: VerifyResp.Outcome =
            switch generator.count(0...2) {
            case 0: .continue(payload: generator.bytes(1...9))
            case 1: .finish
            default: .reject(.random(using: &generator))
            }
        return VerifyResp(reportID: .random(using: &generator), outcome: outcome)
    }
}

extension AggregationJobResp: Generated {
    static func random(using generator: inout SeededGenerator) -> AggregationJobResp {
        AggregationJobResp(verifyResps: generator.list(0...4))
    }
}

extension TimeIntervalQueryConfig: Generated {
    static func random(using generator: inout SeededGenerator) -> TimeIntervalQueryConfig {
        TimeIntervalQueryConfig(batchInterval: .random(using: &generator))
    }
}

extension Query: Generated {
    static func random(using generator: inout SeededGenerator) -> Query {
        switch BatchMode.random(using: &generator) {
        case .timeInterval: .timeInterval(.random(using: &generator))
        case .leaderSelected: .leaderSelected
        }
    }
}

extension TimeIntervalBatchSelectorConfig: Generated {
    static func random(using generator: inout SeededGenerator) -> TimeIntervalBatchSelectorConfig {
        TimeIntervalBatchSelectorConfig(batchInterval: .random(using: &generator))
    }
}

extension LeaderSelectedBatchSelectorConfig: Generated {
    static func random(using generator: inout SeededGenerator) -> LeaderSelectedBatchSelectorConfig {
        LeaderSelectedBatchSelectorConfig(batchID: .random(using: &generator))
    }
}

extension BatchSelector: Generated {
    static func random(using generator: inout SeededGenerator) -> BatchSelector {
        switch BatchMode.random(using: &generator) {
        case .timeInterval: .timeInterval(.random(using: &generator))
        case .leaderSelected: .leaderSelected(.random(using: &generator))
        }
    }
}

extension CollectionJobReq: Generated {
    static func random(using generator: inout SeededGenerator) -> CollectionJobReq {
        CollectionJobReq(
            query: .random(using: &generator), aggregationParameter: generator.bytes(0...4),
            extensions: generator.extensions())
    }
}

extension CollectionJobResp: Generated {
    static func random(using generator: inout SeededGenerator) -> CollectionJobResp {
        CollectionJobResp(
            reportCount: generator.next(), interval: .random(using: &generator),
            leaderEncryptedAggregateShare: .random(using: &generator),
            helperEncryptedAggregateShare: .random(using: &generator))
    }
}

extension AggregateShareReq: Generated {
    static func random(using generator: inout SeededGenerator) -> AggregateShareReq {
        AggregateShareReq(
            collectionJobReq: .random(using: &generator), batchSelector: .random(using: &generator),
            reportCount: generator.next(), checksum: .random(using: &generator))
    }
}

extension AggregateShare: Generated {
    static func random(using generator: inout SeededGenerator) -> AggregateShare {
        AggregateShare(encryptedAggregateShare: .random(using: &generator))
    }
}
