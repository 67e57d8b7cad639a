import DAPMessages
import DAPRoles
import MetricCatalog
import PrioCommand
import Synchronization

/// Clients of one metric, which upload a few reports at a time and note what the leader says of each.
struct Clients: Sendable {
    /// Clients at work at the same time.
    private static let number = 6
    /// Reports of the largest upload.
    private static let largestUpload = 24
    /// The longest pause between two uploads of a client, in milliseconds.
    private static let longestPause = 400
    /// Attempts at filling a window up.
    private static let fillings = 10

    let task: ClientTask
    let ledger: ReportLedger
    let transport: any Transport
    let dice: Dice
    let counters: Counters
    let findings: Findings
    /// What is done to one of the uploads, for a check of the checker.
    let plant: Plant?

    /// Uploads until it is told to stop; uploads under way come to their end.
    func run(while goesOn: Switch) async {
        let uploader = Uploader(task: task, transport: transport, clock: HastyClock(), random: .system)
        await withDiscardingTaskGroup { group in
            for _ in 0..<Self.number {
                group.addTask {
                    while goesOn.isOn, !Task.isCancelled {
                        if let upload = await ledger.begin(upTo: dice.whole(1...Self.largestUpload)) {
                            await ledger.end(upload, await sendOrPlant(upload, through: uploader))
                        }
                        let pause = dice.milliseconds(upTo: Self.longestPause)
                        try? await SystemClock().sleep(milliseconds: pause)
                    }
                }
            }
        }
    }

    /// Uploads to a window that is being collected. What is accepted at the first attempt must be counted; of a repetition
    /// `report_replayed` may also mean that the batch is collected, so what it says of a report is no acknowledgement.
    func uploadLate(to window: Int) async {
        guard let upload = await ledger.beginLate(dice.whole(1...4), in: window) else { return }
        counters.add("late uploads")
        let counting = CountingTransport(transport)
        let uploader = Uploader(task: task, transport: counting, clock: HastyClock(), random: .system)
        var fates = await send(upload, through: uploader)
        if counting.uploads > 1 { fates = fates.map { _ in .unacknowledged } }
        await ledger.end(upload, fates)
    }

    /// Uploads what a window lacks to the minimum.
    func fill(_ window: Int) async {
        let uploader = Uploader(task: task, transport: transport, clock: HastyClock(), random: .system)
        for _ in 0..<Self.fillings {
            guard let upload = await ledger.beginFilling(window) else { return }
            await ledger.end(upload, await send(upload, through: uploader))
        }
    }

    private func sendOrPlant(_ upload: ReportLedger.Upload, through uploader: Uploader) async -> [ReportFate] {
        guard let plant, let measurements = plant.replacement(for: upload.measurements) else {
            return await send(upload, through: uploader)
        }
        let fates = await send(upload, measurements, through: uploader)
        plant.end(isAcknowledged: fates.allSatisfy { $0 == .acknowledged })
        return fates
    }

    /// - Parameter measurements: what is sent in the place of the upload's.
    private func send(
        _ upload: ReportLedger.Upload, _ measurements: [TimedMeasurement]? = nil, through uploader: Uploader
    ) async -> [ReportFate] {
        counters.add("uploads")
        do {
            let summary = try await uploader.upload(measurements ?? upload.measurements)
            return upload.buckets.indices.map { position in
                switch summary.rejected[position] {
                case nil: return .acknowledged
                // The second of two deliveries: the first may have been accepted.
                case .reportReplayed: return .unacknowledged
                case let error?:
                    findings.add("\(ledger.metric): a report was rejected: \(error)")
                    return .rejected
                }
            }
        } catch UploadFailure.refused(let problem) {
            findings.add("\(ledger.metric): an upload was refused: \(problem.type) \(problem.detail)")
        } catch UploadFailure.unavailable {
        } catch {
            if !Task.isCancelled { findings.add("\(ledger.metric): an upload failed: \(error)") }
        }
        return upload.buckets.map { _ in .unacknowledged }
    }
}

/// The machine's clock, which sleeps a quarter of the time: clients that wait long would be a thin load.
private struct HastyClock: WallClock {
    private let clock = SystemClock()

    func now() -> UInt64 { clock.now() }
    func sleep(milliseconds: UInt64) async throws { try await clock.sleep(milliseconds: milliseconds / 4) }
}

/// Counts the attempts at an upload.
private final class CountingTransport: Transport {
    private let transport: any Transport
    private let count = Mutex(0)

    init(_ transport: any Transport) { self.transport = transport }

    var uploads: Int { count.withLock { $0 } }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        if request.method == .post { count.withLock { $0 += 1 } }
        return try await transport.send(request)
    }
}
