import ArgumentParser
import DAPMessages
import DAPRoles
import DAPStoreSQLite
import Foundation
import VDAF

/// Measures how fast a store forgets while it takes what is new.
struct GarbageBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "garbage",
        abstract: "Measures how fast an aggregator's store forgets.",
        discussion: """
            Fills a store with settled reports, then takes new ones at a steady rate: first alone, then while the old ones \
            are deleted at the usual pace. For each it prints how long a transaction takes, waiting included.
            """)

    enum Side: String, ExpressibleByArgument, CaseIterable { case leader, helper }

    @Option(help: "leader or helper.")
    var role = Side.leader

    @Option(help: "Reports that are forgotten.")
    var reports = 2_000_000

    @Option(help: "New reports that come in a second.")
    var rate = 5000

    @Option(help: "Seconds for which new reports come with nothing to forget.")
    var seconds = 20

    @Option(help: "Rows that a step deletes (default: the usual).")
    var rowsPerStep = GarbageCollector.Pace().rowsPerStep

    @Option(help: "Pause after a step in milliseconds (default: the usual).")
    var stepPause = GarbageCollector.Pace().stepPause

    @Option(help: ArgumentHelp("Where the database file is put, and deleted again.", valueName: "directory"))
    var directory = FileManager.default.temporaryDirectory.path

    func validate() throws {
        guard reports >= 0, rate > 0, seconds > 0, rowsPerStep > 0 else {
            throw ValidationError("the numbers have to be positive")
        }
    }

    func run() async throws {
        let place = URL(filePath: directory).appending(path: "prio-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let path = place.appending(path: "store.sqlite").path
        let store = try SQLiteStore(path: path)
        defer { try? store.close() }
        let load = StoreLoad(store: store, role: role == .leader ? .leader : .helper)
        let filling = try await load.fill(reports, time: 1)
        print("filled with \(reports) reports, \(Int(Double(reports) / filling)) in a second; \(try size(path)) MiB")

        let alone = try await load.take(rate: rate, time: 10, for: Swift.Duration.seconds(seconds))
        print("taking alone:      \(alone)")

        let expiry = TaskExpiry(units: Time(5), present: Time(10), dueBefore: 0, now: 1000)
        let pause = stepPause
        let rows = rowsPerStep
        let end = ContinuousClock.now + Swift.Duration.seconds(3600)
        async let steps = load.forget(expiry, rowsPerStep: rows, pause: Swift.Duration.milliseconds(pause))
        let taking = Task { try await load.take(rate: rate, time: 10, for: ContinuousClock.now.duration(to: end)) }
        let forgetting = try await steps
        taking.cancel()
        print("taking meanwhile:  \(try await taking.value)")
        print("forgetting steps:  \(forgetting.times)")
        print("forgotten: \(forgetting.rows) rows, \(Int(Double(reports) / forgetting.seconds)) reports in a second")
    }

    private func size(_ path: String) throws -> Int {
        let bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        return bytes >> 20
    }
}
