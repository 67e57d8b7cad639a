import DAPMessages
import DAPRoles
import PrioCommand
import VDAF

/// A client of the test API: one report for each command.
struct ClientParty: Sendable {
    let transport: any Transport
    let clock: any WallClock
    let random: RandomSource

    /// `upload`: the task's description, `measurement`, and `time` in seconds since the Epoch unless it is now.
    ///
    /// It answers when the leader has taken the report, or will not. HPKE configurations are fetched for each report, as a
    /// test may restart an aggregator.
    func upload(_ fields: RequestFields) async throws -> TestAPI.Answer {
        let description = try TaskDescription(fields)
        let measurement = try Prio3Measurement(fields.value("measurement"), for: description.parameters)
        let time = try fields.optionalNumber("time") ?? clock.now()
        let task = try ClientTask(id: description.id, configuration: description.configuration)
        let uploader = Uploader(task: task, transport: transport, clock: clock, random: random)
        let summary = try await uploader.upload([TimedMeasurement(measurement, posixSeconds: time)])
        if let error = summary.rejected.values.first {
            throw RequestFlaw("the leader rejects the report: \(error.explanation) (\(error))")
        }
        return TestAPI.success
    }
}
