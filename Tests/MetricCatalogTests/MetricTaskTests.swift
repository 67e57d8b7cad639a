import DAPMessages
import MetricCatalog
import Testing
import VDAF

struct MetricTaskTests {
    private func task(_ yaml: String) throws -> MetricTask {
        let catalog = try Catalog(yaml: yaml)
        return try catalog.task(for: CatalogText.only(catalog))
    }

    /// These IDs were computed once, by another program, from the encoding that `MetricDefinition` and
    /// `TaskConfiguration` describe. Clients, aggregators and collectors of different releases find each other by them:
    /// a change that makes this test fail breaks every deployed task. Don't adapt the figures; undo the change.
    @Test(arguments: [
        (
            "visits", "type: sum\nmax: 100\nversion: 3\nunit: visits", "1d",
            "visits;v=3;h=K7g3RsWJ_H7sdSCcoxKkMPIv4NdhLiqhTfdvYpL0uHs", "g7DTmirpHIpLrGaQRY_jTIHTvR_uMfSLJKA6fnw_y88"
        ),
        (
            "age", "type: histogram\nedges: [-0.0, 18, 65.5]\nunit: years", "1d",
            "age;v=1;h=nq3bV5jgpY6kXSMTNppyKjjaIvv1WqfiAb3M3IJejn0", "VN1LUkjgDfUERWKSINbtze-ZYJRxKG4k9nUKx12ZnAg"
        ),
        (
            "things", "type: choices\noptions: [a, b, é/c]\nat_most: 2\nmin_batch_size: 250", "1h",
            "things;v=1;h=A2TC6i61UAJ-ynnsvCdeyILgI4RKt793voaLfz6-MMQ", "3wMUs0aVsETtS6pTsNtDmJsn1I1ZhFEjYynX6njUdKs"
        ),
        (
            "mood", "type: choice\noptions: [a, b, é/c]", "1d",
            "mood;v=1;h=5TBDCPd0-JXVC3HKAxNIeq3D5XsQ1EVOrtv8t8sLA64", "Xi6fT7QFUY6pnLqE3t2LMZLX3V_3f4Z4J8mJ6x4YJY4"
        ),
        (
            "steps", "type: vector\nlength: 7\nmax: 1000", "1d",
            "steps;v=1;h=4NMm4YT8bbWAjcY073XNwjMsomffxJIqjg122rMpeAg", "tix7mG9QYbXCWNxr9nW8l-6ccgXAEs8jE4zeeRR2khw"
        ),
        (
            "ill", "type: count", "1d",
            "ill;v=1;h=COj5FMzglLryi2SPoRO3AbM5PdcY3GUDZjvtbm2nrPk", "32o9wAFxEYZD_JM_w-9G7FgzQZNe6DHmw1NaFF4Pc40"
        ),
        (
            "ill", "type: count\nbatch_mode: leader-selected", "1d",
            "ill;v=1;h=COj5FMzglLryi2SPoRO3AbM5PdcY3GUDZjvtbm2nrPk", "r5bpPWxaz7yJdlEsPPIpBN9X1vg7r-v-rjUYDO7cxa8"
        ),
        (
            "ill", "type: count\nstarts: 2026-03-01T00:00:00Z\nends: 2026-04-01T00:00:00Z", "1d",
            "ill;v=1;h=COj5FMzglLryi2SPoRO3AbM5PdcY3GUDZjvtbm2nrPk", "YMA7ChKN3Ot1fxmo1RJffI3XFoRV062Hi-3emNFTPN8"
        ),
        (
            "visits",
            """
            type: sum\nmax: 100\nversion: 3\nunit: visits\nbatch_mode: leader-selected
            starts: 2026-03-01T00:00:00Z\nends: 2026-04-01T00:00:00Z
            """, "1h",
            "visits;v=3;h=K7g3RsWJ_H7sdSCcoxKkMPIv4NdhLiqhTfdvYpL0uHs", "_opVokGwNPwHFQnkx2PKk3XM_bf-GQfpZIZVJatLjoI"
        ),
    ])
    func deployedTasksKeepTheirIDs(
        name: String, type: String, timePrecision: String, taskInfo: String, taskID: String
    ) throws {
        let task = try task(CatalogText.one(name: name, type, timePrecision: timePrecision))
        #expect(String(decoding: task.configuration.taskInfo, as: UTF8.self) == taskInfo)
        #expect(task.taskID.description == taskID)
    }

    @Test func configurationSaysWhatTheCatalogSays() throws {
        let task = try task(CatalogText.one("type: sum\nmax: 100", minBatchSize: "7", timePrecision: "1h"))
        let configuration = task.configuration
        #expect(configuration.leaderAggregatorEndpoint.bytes == Array("https://leader.example/".utf8))
        #expect(configuration.helperAggregatorEndpoint.bytes == Array("https://helper.example/dap/".utf8))
        #expect(configuration.timePrecision.seconds == 3600)
        #expect(configuration.minBatchSize == 7)
        #expect(try configuration.batchMode() == .timeInterval)
        #expect(configuration.batchConfig.isEmpty)
        #expect(configuration.extensions.isEmpty)
        #expect(try configuration.prio3Parameters() == .sum(maxMeasurement: 100))
        #expect(task.parameters == .sum(maxMeasurement: 100))
        #expect(try configuration.encoded() == task.encodedConfiguration)
        #expect(try TaskConfiguration(decoding: task.encodedConfiguration) == configuration)
        #expect(task.taskID == TaskDerivation.taskID(encodedTaskConfiguration: task.encodedConfiguration))
        #expect(try Base64URL.encode(task.collectorHpkeConfig.encoded()) == CatalogText.collectorKey)
        #expect(task.metric.name == "m")
    }

    @Test func batchModeAndPeriodStandInTheConfiguration() throws {
        let task = try task(
            CatalogText.one(
                "type: count\nbatch_mode: leader-selected\nstarts: 1970-01-01T02:00:00Z\nends: 1970-01-01T05:00:00Z",
                timePrecision: "1h"))
        #expect(try task.configuration.batchMode() == .leaderSelected)
        #expect(task.configuration.batchConfig.isEmpty)
        #expect(task.configuration.extensions.count == 1)
        #expect(try task.configuration.taskInterval() == Interval(start: Time(2), duration: Duration(3)))
    }

    @Test(arguments: [
        ("type: count", "type: count\nbatch_mode: time-interval"),
        (period, "type: count\nstarts: 2026-03-01 01:00:00+01:00\nends: 2026-03-31T22:00:00-02:00"),
    ])
    func anotherWayToSayTheSameKeepsTheTaskID(one: String, other: String) throws {
        #expect(try task(CatalogText.one(one)).taskID == task(CatalogText.one(other)).taskID)
    }

    @Test func taskInfoOfTheLongestNameFits() throws {
        let name = String(repeating: "n", count: CatalogLimits.nameBytes)
        let task = try task(CatalogText.one(name: name, "type: count", extra: "version: 4294967295"))
        #expect(task.configuration.taskInfo.count == 64 + 3 + 10 + 3 + 43)
    }

    private static let sum = "type: sum\nmax: 100\nunit: visits"
    private static let period = "type: count\nstarts: 2026-03-01T00:00:00Z\nends: 2026-04-01T00:00:00Z"

    @Test(arguments: [
        (sum, "max: 100", "max: 101"),
        (sum, "unit: visits", "unit: visit"),
        (sum, "unit: visits", "version: 1"),
        (sum, "name: m", "name: n"),
        (sum, "unit: visits", "unit: visits\n    version: 2"),
        (sum, "type: sum\n    max: 100", "type: count"),
        (sum, "min_batch_size: 100", "min_batch_size: 101"),
        (sum, "time_precision: 1d", "time_precision: 1h"),
        (sum, "unit: visits", "unit: visits\n    time_precision: 86399"),
        (sum, "https://leader.example/", "https://leader.example"),
        (sum, "https://helper.example/dap/", "https://helper.example/dap"),
        (sum, CatalogText.collectorKey, "AgAgAAEAAwAgCQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        (sum, CatalogText.collectorKey, "AQAgAAEAAQAgCQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        (sum, CatalogText.collectorKey, "AQAgAAEAAwAgCgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("type: histogram\nedges: [1, 2, 3]", "[1, 2, 3]", "[1, 2.0000000000000004, 3]"),
        ("type: histogram\nedges: [1, 2, 3]", "[1, 2, 3]", "[1, 2]"),
        (
            "type: histogram\nedges: [1, 2]", "type: histogram\n    edges: [1, 2]",
            "type: choice\n    options: [a, b, c]"
        ),
        ("type: choice\noptions: [a, b]", "[a, b]", "[b, a]"),
        ("type: choice\noptions: [a, bc]", "[a, bc]", "[ab, c]"),
        ("type: choice\noptions: [a, b]", "[a, b]", "[a, b, c]"),
        ("type: choices\noptions: [a, b, c]\nat_most: 2", "at_most: 2", "at_most: 3"),
        ("type: choices\noptions: [a, b, c]\nat_most: 2", "[a, b, c]", "[a, c, b]"),
        ("type: vector\nlength: 8\nmax: 8", "length: 8", "length: 9"),
        ("type: vector\nlength: 8\nmax: 8", "max: 8", "max: 9"),
        (sum, "unit: visits", "unit: visits\n    batch_mode: leader-selected"),
        (sum, "metrics:", "batch_mode: leader-selected\nmetrics:"),
        (period, "starts: 2026-03-01", "starts: 2026-03-02"),
        (period, "ends: 2026-04-01", "ends: 2026-04-02"),
        (period, "    starts: 2026-03-01T00:00:00Z\n    ends: 2026-04-01T00:00:00Z\n", ""),
    ])
    func everythingThatGivesTheNumbersTheirMeaningChangesTheTaskID(type: String, old: String, new: String) throws {
        let before = CatalogText.one(type)
        let after = before.replacing(old, with: new)
        #expect(before != after)
        #expect(try task(before).taskID != task(after).taskID)
    }

    @Test(arguments: [
        ("title: A title", "title: Another title"),
        ("description: A reason", "description: A better reason"),
        ("edges: [0, 1, 2]", "edges: [-0.0, 1.0, 2e0]"),
        ("edges: [0, 1, 2]", "version: 1\n    edges: [0, 1, 2]"),
        ("time_precision: 1d", "time_precision: 86400"),
        ("time_precision: 1d", "time_precision: 1d\nreport_retention: 60d"),
        ("metrics:", "# a comment\nmetrics:"),
        ("edges: [0, 1, 2]", "edges: [0, 1, 2]\n  - {name: n, title: t, description: d, type: count}"),
    ])
    func whatDoesNotChangeTheMeaningKeepsTheTaskID(old: String, new: String) throws {
        let before = CatalogText.one("type: histogram\nedges: [0, 1, 2]")
        let after = before.replacing(old, with: new)
        #expect(before != after)
        let catalog = try Catalog(yaml: after)
        let metric = try #require(catalog.metric(named: "m"))
        #expect(try task(before).taskID == catalog.task(for: metric).taskID)
    }

    @Test(arguments: [
        ("leader_url: https://leader.example/\n", "leader_url"),
        ("helper_url: https://helper.example/dap/\n", "helper_url"),
        ("collector_hpke_config: \(CatalogText.collectorKey)\n", "collector_hpke_config"),
        (CatalogText.parties, "leader_url, helper_url, collector_hpke_config"),
    ])
    func withoutItsPartiesAMetricIsNoTask(missing: String, named: String) throws {
        let catalog = try Catalog(yaml: CatalogText.one("type: count").replacing(missing, with: ""))
        let metric = try CatalogText.only(catalog)
        let error = #expect(throws: CatalogError.self) { try catalog.task(for: metric) }
        #expect(error?.description == "the catalog has no \(named)")
    }

    @Test(arguments: [
        ("type: count", Prio3Parameters.count),
        ("type: sum\nmax: 255", .sum(maxMeasurement: 255)),
        ("type: histogram\nedges: [1, 2, 3]", .histogram(length: 4, chunkLength: 2)),
        ("type: choice\noptions: [a, b, c]", .histogram(length: 3, chunkLength: 1)),
        ("type: choices\noptions: [a, b, c]\nat_most: 2", .multihotCountVec(length: 3, chunkLength: 2, maxWeight: 2)),
        ("type: vector\nlength: 1000\nmax: 1", .sumVec(length: 1000, maxMeasurement: 1, chunkLength: 33)),
        ("type: vector\nlength: 7\nmax: 1000", .sumVec(length: 7, maxMeasurement: 1000, chunkLength: 10)),
    ])
    func everyTypeHasItsVDAF(type: String, parameters: Prio3Parameters) throws {
        #expect(try CatalogText.metric(type).parameters == parameters)
    }

    @Test(arguments: [
        "type: count", "type: sum\nmax: 1", "type: sum\nmax: 4294967295", "type: histogram\nedges: [0]",
        "type: choice\noptions: [a, b]", "type: choices\noptions: [a, b]\nat_most: 1",
        "type: vector\nlength: 1\nmax: 1", "type: vector\nlength: 1040\nmax: 9223372036854775807",
        "type: vector\nlength: 65536\nmax: 1",
    ])
    func vdafAcceptsWhatTheCatalogAccepts(type: String) throws {
        let metric = try CatalogText.metric(type)
        #expect(throws: Never.self) { try Prio3(metric.parameters) }
    }
}
