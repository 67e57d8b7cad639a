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
            "visits;v=3;h=Vg0PgREkkoyE2PFQQKX58UcXYNnVChq1Qt25AABOZ6c", "mpWy5JIVhg1iUdumPWuTlw8QLglxV2lCSkzto6HvviY"
        ),
        (
            "age", "type: histogram\nedges: [-0.0, 18, 65.5]\nunit: years", "1d",
            "age;v=1;h=u8GzfqVefmSVodkjE96qGyxTMzVcuMsHvUw-G35f79A", "XRVZOcNCMenNoxMqZSCBEOH1cCkePeTUZhhzghsXVxo"
        ),
        (
            "things", "type: choices\noptions: [a, b, é/c]\nat_most: 2\nmin_batch_size: 250", "1h",
            "things;v=1;h=kWcTsV06ufK1hspQVM1XEB0nK5WHrazItnbNKuT4A2g", "vHjtk_v9CQ1xkBtcQjGYkcr5pW69IJWttoCZ4H-_e1A"
        ),
        (
            "mood", "type: choice\noptions: [a, b, é/c]", "1d",
            "mood;v=1;h=lSSN2GmyGKtKcawP9_9CYAw10qlPORayMKh4iX1DEl4", "JrrxJNP7iC47Sq6t7VspTeIHVOFr-t4-Ask_HuRMgeg"
        ),
        (
            "steps", "type: vector\nlength: 7\nmax: 1000", "1d",
            "steps;v=1;h=1BqUr0mqF-GvHqLIdzGhdWGwRM5sD7uSaxWBKXICVhQ", "L27epxUjwHKN6c2YLe4S0JyeB26U3boQ2sjIyEYbKQU"
        ),
        (
            "ill", "type: count", "1d",
            "ill;v=1;h=8lsjNbheKF1zciR-X7MKNM3mGnEws2rkK2GOcyE3zYI", "wFy8mq5FtTC1ycqHvXt79YlIeBYqVE-ZoNHjHjr8EGc"
        ),
        (
            "ill", "type: count\nbatch_mode: leader-selected", "1d",
            "ill;v=1;h=8lsjNbheKF1zciR-X7MKNM3mGnEws2rkK2GOcyE3zYI", "i4a5NAKHM6ft2pm_pFaReAeJaMXJLtMb6uq6_FwPWbY"
        ),
        (
            "ill", "type: count\nstarts: 2026-03-01T00:00:00Z\nends: 2026-04-01T00:00:00Z", "1d",
            "ill;v=1;h=8lsjNbheKF1zciR-X7MKNM3mGnEws2rkK2GOcyE3zYI", "PJlZbMdpc-iLV1yebGH1DCIIFlweXN3EUXJGWQmSF_0"
        ),
        (
            "visits",
            """
            type: sum\nmax: 100\nversion: 3\nunit: visits\nbatch_mode: leader-selected
            starts: 2026-03-01T00:00:00Z\nends: 2026-04-01T00:00:00Z
            """, "1h",
            "visits;v=3;h=Vg0PgREkkoyE2PFQQKX58UcXYNnVChq1Qt25AABOZ6c", "Xzi2MTJnQd4CV8OMTm1NeqAniiec2dch_8zh1dRaoDk"
        ),
        (
            "ill", "type: count\ncontribution_limit: 7", "1d",
            "ill;v=1;h=OFfAa2CHaIXDhpnkMSuvT0R30oM8_ex8eVtOXNbHBTM", "tOkS3raXKh7aqFepcBLORu6IdIFmraraSSRa5MC3oPA"
        ),
        (
            "ill", "type: count\nprivacy: {epsilon: 1, lifetime: 30}", "1d",
            "ill;v=1;h=_XoVS1D-Yt8UGZkYTdXqkNZPscnD46Y4e_ybEEmKx90", "yA3g3egPcXFw09LgRpGbSlmn3cwloPhkF_NJC9vFEkc"
        ),
    ])
    func deployedTasksKeepTheirIDs(
        name: String, type: String, timePrecision: String, taskInfo: String, taskID: String
    ) throws {
        let task = try task(CatalogText.one(name: name, type, timePrecision: timePrecision))
        #expect(String(decoding: task.configuration.taskInfo, as: UTF8.self) == taskInfo)
        #expect(task.taskID.description == taskID)
    }

    /// The same for catalogs with a limit for all metrics.
    @Test(arguments: [
        (
            "rho: 2", "steps", "type: vector\nlength: 7\nmax: 1000\ncontribution_limit: 3",
            "{rho: 0.05, delta: 1e-30, lifetime: 1.5}",
            "steps;v=1;h=tmfiobKQLP8gLZmWad-GEoffIVe31yma5QwRcnWBwIk", "KZ3UUdT-O1GT3W8D3a-Fna7bnrnb4aObHNIo5DHXJPY"
        ),
        (
            "epsilon: 1000000", "visits", "type: sum\nmax: 100\nversion: 3\nunit: visits",
            "{epsilon: 0.000000001, delta: 0.1, lifetime: 1000000}",
            "visits;v=3;h=mA-Dr6oGnKR65sokzUciTnn_PL68dbP1qaye6_f-uFc", "WW6wcjEOA1a-hOIgtweK1uB2QIoxLehO98X56CyHuRg"
        ),
    ])
    func deployedTasksWithALimitKeepTheirIDs(
        limit: String, name: String, type: String, privacy: String, taskInfo: String, taskID: String
    ) throws {
        let yaml = CatalogText.one(name: name, type, extra: "privacy: \(privacy)")
        let task = try task("privacy_limit: {\(limit)}\n" + yaml)
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
    private static let noisy = "type: choices\noptions: [a, b, c]\nat_most: 2\nprivacy: {rho: 0.1, lifetime: 2}"
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
        (sum, "unit: visits", "unit: visits\n    contribution_limit: 2"),
        (sum, "metrics:", "contribution_limit: 2\nmetrics:"),
        (sum, "metrics:", "version: 2\nmetrics:"),
        (sum, "unit: visits", "unit: visits\n    privacy: {epsilon: 1, lifetime: 30}"),
        (sum, "metrics:", "privacy: {epsilon: 1, lifetime: {epsilon: 30}}\nmetrics:"),
        (noisy, "rho: 0.1", "rho: 0.100000001"),
        (noisy, "lifetime: 2", "lifetime: 2.5"),
        (noisy, "lifetime: 2", "lifetime: 2, delta: 1e-8"),
        (noisy, "rho: 0.1", "mechanism: laplace, epsilon: 0.1"),
        (noisy, "metrics:", "privacy_limit: {rho: 100}\nmetrics:"),
        (noisy, "at_most: 2", "at_most: 2\n    contribution_limit: 3"),
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
        ("time_precision: 1d", "time_precision: 1d\nsuppress_below: 0"),
        ("edges: [0, 1, 2]", "edges: [0, 1, 2]\n    suppress_below: 1000"),
        ("edges: [0, 1, 2]", "edges: [0, 1, 2]\n    contribution_limit: 1\n    privacy: none"),
        ("metrics:", "version: 1\nmetrics:"),
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
        ("rho: 0.1", "rho: 0.100"), ("lifetime: 2", "lifetime: 2, mechanism: gaussian"),
        ("lifetime: 2", "lifetime: 2.0, delta: 0.000000001"),
        ("metrics:", "privacy: {epsilon: 3, lifetime: {epsilon: 9, rho: 8}}\nmetrics:"),
        ("metrics:", "privacy: {delta: 1e-9}\nmetrics:"),
    ])
    func anotherWayToPromiseTheSameKeepsTheTaskID(old: String, new: String) throws {
        let before = CatalogText.one(Self.noisy)
        let after = before.replacing(old, with: new)
        #expect(before != after)
        #expect(try task(before).taskID == task(after).taskID)
    }

    /// What the limit of the catalog is in makes a difference.
    @Test func aLimitInTheOtherCurrencyIsAnotherTask() throws {
        let yaml = CatalogText.one("type: count\nprivacy: {epsilon: 1, lifetime: 30}")
        #expect(
            try task("privacy_limit: {rho: 40}\n" + yaml).taskID
                != task("privacy_limit: {epsilon: 40}\n" + yaml).taskID)
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
