import DAPMessages
import DAPRoles
import DAPTesting
import HPKE
import Testing
import VDAF

@Suite struct AggregatorTaskTests {
    private let deployment: TestDeployment

    init() throws { deployment = try TestDeployment() }

    @Test("All parties derive the same task ID; another secret does not change it, another configuration does")
    func taskID() throws {
        let task = deployment.task
        #expect(Set([task.leader.id, task.helper.id, task.client.id, task.collector.id]).count == 1)
        #expect(try aggregator(secret: SecretBytes([UInt8](repeating: 7, count: 32))).id == task.id)
        #expect(try aggregator { $0.minBatchSize += 1 }.id != task.id)
    }

    @Test("Tasks that this project cannot take part in are refused")
    func refused() {
        #expect(throws: TaskRefused.self) { try aggregator { $0.minBatchSize = 0 } }
        #expect(throws: TaskRefused.self) {
            try aggregator { $0.extensions = [TaskExtension(extensionType: 2, extensionData: [])] }
        }
        #expect(throws: (any Error).self) {
            try aggregator { $0.extensions = [TaskExtension(extensionType: 1, extensionData: [0])] }
        }
        #expect(throws: (any Error).self) { try aggregator { $0.batchMode = 77 } }
        #expect(throws: (any Error).self) { try aggregator { $0.vdafType = 0xffff_ffff } }
        #expect(throws: (any Error).self) { try aggregator { $0.vdafConfiguration = [1] } }
        #expect(throws: (any Error).self) { try aggregator { $0.taskInfo = [] } }
        #expect(throws: (any Error).self) { try aggregator(secret: SecretBytes([1, 2, 3])) }
    }

    @Test("Clients and collectors do not take part in a task with an unknown extension either")
    func unknownExtensions() throws {
        let base = deployment.task.client.configuration
        let configuration = TaskConfiguration(
            taskInfo: base.taskInfo, leaderAggregatorEndpoint: base.leaderAggregatorEndpoint,
            helperAggregatorEndpoint: base.helperAggregatorEndpoint, timePrecision: base.timePrecision,
            minBatchSize: 1, batchMode: .timeInterval, parameters: .count,
            extensions: [TaskExtension(extensionType: 2, extensionData: [])])
        #expect(throws: TaskRefused.self) { try ClientTask(configuration: configuration) }
        #expect(throws: TaskRefused.self) {
            try CollectorTask(
                configuration: configuration, hpkeConfig: deployment.keys.collector.config,
                keyPair: deployment.keys.collector.keyPair)
        }
    }

    @Test("Both batch modes are taken part in, and task_interval is understood")
    func modesAndInterval() throws {
        #expect(deployment.task.leader.batchMode == .timeInterval && deployment.task.leader.taskInterval == nil)
        let interval = Interval(start: Time(1), duration: Duration(1))
        let task = try aggregator {
            $0.batchMode = BatchMode.leaderSelected.rawValue
            $0.extensions = [.taskInterval(interval)]
        }
        #expect(task.batchMode == .leaderSelected && task.taskInterval == interval)
    }

    private struct Fields {
        var taskInfo: [UInt8]
        var minBatchSize: UInt64
        var batchMode: UInt8
        var vdafType: UInt32
        var vdafConfiguration: [UInt8]
        var extensions: [TaskExtension]
    }

    private func aggregator(
        secret: SecretBytes? = nil, _ change: (inout Fields) -> Void = { _ in }
    ) throws -> AggregatorTask {
        let base = deployment.task.client.configuration
        var fields = Fields(
            taskInfo: base.taskInfo, minBatchSize: base.minBatchSize, batchMode: base.batchModeCodepoint,
            vdafType: base.vdafType, vdafConfiguration: base.vdafConfiguration, extensions: base.extensions)
        change(&fields)
        let configuration = TaskConfiguration(
            taskInfo: fields.taskInfo, leaderAggregatorEndpoint: base.leaderAggregatorEndpoint,
            helperAggregatorEndpoint: base.helperAggregatorEndpoint, timePrecision: base.timePrecision,
            minBatchSize: fields.minBatchSize, batchModeCodepoint: fields.batchMode, batchConfig: [],
            vdafType: fields.vdafType, vdafConfiguration: fields.vdafConfiguration, extensions: fields.extensions)
        return try AggregatorTask(
            configuration: configuration, role: .leader, sharedSecret: secret ?? deployment.keys.sharedSecret,
            collectorHpkeConfig: deployment.keys.collector.config)
    }
}
