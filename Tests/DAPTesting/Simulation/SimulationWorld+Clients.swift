import DAPMessages
import DAPRoles
import HPKE
import Synchronization
import VDAF

/// A client, and what it is uploading.
struct SimulatedClient {
    let uploader: Uploader
    let random: ReseededRandom
    /// The reports of the upload, in order, by number.
    var numbers: [Int] = []
    /// Those that the leader wants sealed to another key.
    var outdated: [Int] = []
    var lastBody: [UInt8] = []
}

/// A random source that begins anew with each upload, so that a report is the same whatever came before it.
final class ReseededRandom: Sendable {
    private let current: Mutex<RandomSource>

    init() { current = Mutex(.seeded(0)) }

    var source: RandomSource {
        RandomSource { [self] in
            current.withLock { source in source.next() }
        }
    }

    func begin(_ source: RandomSource) { current.withLock { $0 = source } }
}

extension SimulationWorld {
    /// Uploads sound reports as a client does, and the others in a request of their own.
    func upload(_ reports: [SimulatedReport]) async {
        let reports = reports.filter { (0..<settings.reportCount).contains($0.number) }
        let now = clock(.client).now()
        await uploadSound(
            reports.filter { $0.flaw == nil }.map { report in
                (report.number, UInt64(max(0, Int64(now) - Int64(report.age))))
            })
        var random = random(0xf1a3 ^ UInt64(reports.first?.number ?? 0) << 16)
        let flawed = reports.compactMap { report in
            report.flaw.flatMap { try? forge(report, flaw: $0, random: &random) }
        }
        guard !flawed.isEmpty, let body = try? UploadRequest(reports: flawed).encoded() else { return }
        let url = ResourceURL.reports(of: task.client.configuration, task: task.id)
        _ = try? await SimulatedNetwork(world: self, sender: .client(-1))
            .send(TransportRequest(.post, url, mediaType: .uploadReq, body: body))
    }

    /// - Parameter reports: numbers and times in POSIX seconds.
    func uploadSound(_ reports: [(number: Int, time: UInt64)]) async {
        guard let first = reports.first else { return }
        // Uploads within uploads are other clients'.
        let number = first.number % 2 + 2 * frames.count
        var client = uploaders[number] ?? newClient(number)
        client.numbers = reports.map(\.number)
        client.outdated = []
        client.lastBody = []
        uploaders[number] = client
        uploadCount += 1
        // Fillers share a bucket, so the bucket does not say which report it is.
        let salt = first.number == ledger.fillerNumber ? UInt64(uploadCount) << 32 : 0
        client.random.begin(random(0x7e90 ^ UInt64(first.number) << 16 ^ salt))
        do {
            _ = try await client.uploader.upload(
                reports.map { TimedMeasurement(.integer(UInt64($0.number)), posixSeconds: $0.time) })
        } catch is UploadFailure {
        } catch {
            fail(.noOtherError, "an upload: \(error)")
        }
    }

    private func newClient(_ number: Int) -> SimulatedClient {
        let random = ReseededRandom()
        let uploader = Uploader(
            task: task.client, transport: SimulatedNetwork(world: self, sender: .client(number)),
            clock: clock(.client), random: random.source)
        return SimulatedClient(uploader: uploader, random: random)
    }

    // MARK: - What the leader was told, and what it said

    func noteUpload(_ body: [UInt8], client number: Int) {
        guard var client = uploaders[number], client.lastBody != body,
            let upload = try? UploadRequest(decoding: body)
        else { return }
        if !client.outdated.isEmpty { client.numbers = client.outdated }
        client.lastBody = body
        uploaders[number] = client
        uploadBodies.append(body)
        for (report, number) in zip(upload.reports, client.numbers) {
            ledger.note(report, number: number, isSound: true)
        }
    }

    func noteUploadAnswer(_ response: TransportResponse, client number: Int) {
        guard var client = uploaders[number], let upload = try? UploadRequest(decoding: client.lastBody),
            let errors = try? UploadErrors(decoding: response.body)
        else { return }
        let outdated = Set(errors.statuses.filter { $0.error == .outdatedConfig }.map(\.id))
        client.outdated = zip(upload.reports, client.numbers)
            .filter { outdated.contains($0.0.metadata.reportID) }.map(\.1)
        uploaders[number] = client
    }

    func uploadHandled(_ body: [UInt8], _ answer: TransportResponse, isAlive: Bool) throws {
        guard let upload = try? UploadRequest(decoding: body) else { return }
        let refused = (try? UploadErrors(decoding: answer.body)).map { Set($0.statuses.map(\.id)) } ?? []
        for report in upload.reports {
            let id = report.metadata.reportID
            let isAccepted: Bool? =
                !isAlive || answer.status >= 500 ? nil : answer.status == 200 && !refused.contains(id)
            try ledger.handled(id, isAccepted: isAccepted)
        }
    }

    // MARK: - Flaws

    private func forge(
        _ report: SimulatedReport, flaw: ReportFlaw, random: inout RandomSource
    ) throws -> Report? {
        let forge = ReportForge(
            task: task, leaderKeys: aggregators[.leader]?.keys ?? [], helperKeys: aggregators[.helper]?.keys ?? [],
            clock: clock(.client), random: random)
        random = self.random(random.next())
        var replayed: ReportID?
        if case .replayedID(let number) = flaw {
            guard let id = ledger.acceptedID(of: number) else { return nil }
            replayed = id
        }
        let forged = try forge.report(.integer(UInt64(report.number))) {
            $0.spoil(flaw, replayedID: replayed, settings)
        }
        .report
        ledger.note(forged, number: report.number, isSound: false)
        return forged
    }
}

extension ReportForge.Shape {
    fileprivate mutating func spoil(_ flaw: ReportFlaw, replayedID: ReportID?, _ settings: SimulationSettings) {
        func role(_ party: SimulationParty) -> AggregatorRole { party == .leader ? .leader : .helper }
        switch flaw {
        case .replayedID: reportID = replayedID
        case .early: unitsAhead = Int64(7200 / settings.timePrecision) + 1
        case .expired: unitsAhead = -Int64(2 * settings.retention / settings.timePrecision) - 1
        case .leaderShare: inputShare[.leader] = \.withFirstBitFlipped
        case .helperShare: inputShare[.helper] = \.withFirstBitFlipped
        case .publicShare: publicShare = { $0.withLastBitFlipped }
        case .shortShare(let party): inputShare[role(party)] = { Array($0.dropLast()) }
        case .garbledPlaintext(let party): plaintext[role(party)] = { Array($0.dropLast(3)) }
        case .garbledEnvelope(let party): envelope[role(party)] = { $0.with { $0.withLastBitFlipped } }
        case .unknownKey(let party): envelope[role(party)] = { $0.with(configID: 255) }
        case .publicExtension: publicExtensions = [0x7777]
        case .privateExtension(let party): privateExtensions[role(party)] = [0x7777]
        }
    }
}
