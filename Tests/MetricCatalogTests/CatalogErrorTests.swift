import MetricCatalog
import Testing

/// Bad catalogs, with the place and the reason that their authors are told.
struct CatalogErrorTests {
    private func problems(_ yaml: String) -> [String] {
        do throws(CatalogError) {
            _ = try Catalog(yaml: yaml)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test(arguments: [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("just text", "line 1: the catalog must consist of keys and values"),
        ("- a\n- b", "line 1: the catalog must consist of keys and values"),
        ("min_batch_size: 1\n", "line 1: the key `metrics` is missing"),
        ("metrics:\n", "line 1: `metrics` must be a list"),
        ("metrics: []\n", "line 1: `metrics` must list at least 1"),
        ("metrics:\n  - just text\n", "line 2: a metric must consist of keys and values"),
        ("a: 1\n---\nb: 2\n", "line 2: not YAML: but found another document"),
    ])
    func fileWithoutMetricsIsRefused(yaml: String, problem: String) {
        #expect(problems(yaml) == [problem])
    }

    private static let leader = "leader_url: https://leader.example/"
    private static let key = CatalogText.collectorKey
    private static let notBase64 = "line 3: `collector_hpke_config` is not an HPKE configuration in unpadded base64url"
    private static let unusable = "line 3: `collector_hpke_config` has algorithms that are not supported, or a bad key"
    private static let unencoded = "line 1: `leader_url` contains a character that a URL must encode"
    private static let missing = "is missing, here and at the top of the file"
    private static let name = """
        line 7: a metric's `name` consists of a-z, 0-9, `.`, `_` and `-`, and begins with a-z or 0-9
        """

    @Test(arguments: [
        (leader, "leader_url: ftp://leader.example/", "line 1: `leader_url` must begin with https:// or http://"),
        (leader, "leader_url: https:///a", "line 1: `leader_url` names no host"),
        (leader, "leader_url: https://a b/", unencoded),
        (leader, "leader_url: https://ä/", unencoded),
        (leader, "leader_url: https://a/?b", "line 1: `leader_url` must not have a query or fragment"),
        (leader, "leader_url: https://u:p@a/", "line 1: `leader_url` must not contain a user name or password"),
        (
            leader, "leader_url: https://helper.example/dap/",
            "line 2: `helper_url` is the same as `leader_url`: the aggregators must be two parties"
        ),
        (leader, "leader_url:", "line 1: `leader_url` has no value"),
        (key, "AQAg", notBase64),
        (key, key + "=", notBase64),
        (key, key + "AA", notBase64),
        (key, "AQAgAAEAAgAgCQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", unusable),
        (key, "AQAgAAEAAwAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", unusable),
        (key, "[a]", "line 3: `collector_hpke_config` must be a single value"),
        ("min_batch_size: 100\n", "", "line 6: metric m: the key `min_batch_size` \(missing)"),
        ("time_precision: 1d\n", "", "line 6: metric m: the key `time_precision` \(missing)"),
        (
            "min_batch_size: 100", "min_batch_size: none",
            "line 4: `min_batch_size` must be a whole number in digits, without quotes"
        ),
        (
            "time_precision: 1d", "time_precision: daily",
            "line 5: `time_precision` must be seconds, or a number with s, m, h, d or w, such as 1d"
        ),
        ("metrics:", "colour: red\nmetrics:", "line 6: unknown key `colour`"),
        ("    title: A title\n", "", "line 7: metric m: the key `title` is missing"),
        ("    description: A reason\n", "", "line 7: metric m: the key `description` is missing"),
        (
            "title: A title", "title: \"A\\ntitle\"",
            "line 8: metric m: `title` contains a line break or another control character"
        ),
        ("title: A title", "title:\n      - A title", "line 9: metric m: `title` must be a single value"),
        ("description: A reason", "description: \"\\n \"", "line 9: metric m: `description` is empty"),
        (
            "description: A reason", "description: \"a\\tb\"",
            "line 9: metric m: `description` contains a control character"
        ),
        ("name: m", "name: M", name),
        ("name: m", "name: .m", name),
        ("name: m", "name: a/b", name),
        ("name: m", "unit: m", "line 7: a metric has no `name`"),
        ("name: m", "name: null", "line 7: `name` has no value"),
    ])
    func badEntryIsRefused(old: String, new: String, problem: String) {
        let yaml = CatalogText.one("type: count").replacing(old, with: new)
        #expect(problems(yaml) == [problem])
    }

    /// A value at the top of the file is wrong there, once; whether it fits is a matter of each metric.
    @Test func inheritedBatchModeAndPeriodAreBlamedWhereTheyStand() {
        func yaml(_ top: String) -> String {
            "min_batch_size: 1\ntime_precision: 1d\n" + top + """

                metrics:
                  - {name: a, title: t, description: d, type: count}
                  - {name: b, title: t, description: d, type: count, time_precision: 1h}
                """
        }
        #expect(
            problems(yaml("batch_mode: x\nstarts: today\nends: 1970-01-02T00:00:00Z")) == [
                "line 3: `batch_mode` must be time-interval or leader-selected",
                "line 4: `starts` is not a time such as 2026-03-01T12:00:00Z (RFC 3339)",
            ])
        #expect(
            problems(yaml("starts: 1970-01-01T01:00:00Z\nends: 1970-01-02T00:00:00Z")) == [
                "line 3: metric a: `starts` must be a multiple of the time_precision of 1d, counted from 1970: "
                    + "1970-01-01T00:00:00Z or 1970-01-02T00:00:00Z"
            ])
    }

    @Test func tooLongTextsAreRefused() {
        let cases = [
            ("name: m", "name: ", 64, "line 7: `name` is longer than 64 bytes"),
            ("title: A title", "title: ", 200, "line 8: metric m: `title` is longer than 200 bytes"),
            (
                "description: A reason", "description: ", 4000,
                "line 9: metric m: `description` is longer than 4000 bytes"
            ),
            ("type: count", "type: count\n    unit: ", 64, "line 11: metric m: `unit` is longer than 64 bytes"),
            (
                "type: count", "type: choice\n    options: [a, ]", 128,
                "line 11: metric m: option 2 is longer than 128 bytes"
            ),
        ]
        for (old, new, limit, problem) in cases {
            func yaml(_ length: Int) -> String {
                let text = String(repeating: "x", count: length)
                let line = new.hasSuffix("]") ? new.dropLast() + text + "]" : new + text
                return CatalogText.one("type: count").replacing(old, with: line)
            }
            #expect(problems(yaml(limit)).isEmpty, "\(new)")
            #expect(problems(yaml(limit + 1)) == [problem])
        }
    }

    @Test func tooManyOfAThingAreRefused() {
        func options(_ count: Int) -> String {
            CatalogText.one("type: choice\noptions: [\((1...count).map { "o\($0)" }.joined(separator: ", "))]")
        }
        #expect(problems(options(CatalogLimits.options)).isEmpty)
        #expect(problems(options(CatalogLimits.options + 1)) == ["line 11: metric m: `options` must list at most 4096"])
        func edges(_ count: Int) -> String {
            CatalogText.one("type: histogram\nedges: [\((1...count).map { "\($0)" }.joined(separator: ", "))]")
        }
        #expect(problems(edges(CatalogLimits.edges)).isEmpty)
        #expect(problems(edges(CatalogLimits.edges + 1)) == ["line 11: metric m: `edges` must list at most 4096"])
        func metrics(_ count: Int) -> String {
            "min_batch_size: 1\ntime_precision: 1d\nmetrics:\n"
                + (1...count).map { "- {name: m\($0), title: t, description: d, type: count}\n" }.joined()
        }
        #expect(problems(metrics(CatalogLimits.metrics)).isEmpty)
        #expect(problems(metrics(CatalogLimits.metrics + 1)) == ["line 3: `metrics` must list at most 1000"])
        let large = "#" + String(repeating: "x", count: CatalogLimits.fileBytes)
        #expect(problems(large) == ["the file is larger than 1048576 bytes"])
    }

    @Test func vectorAtItsLimitsIsAccepted() {
        #expect(problems(CatalogText.one("type: vector\nmax: 1\nlength: 65536")).isEmpty)
        #expect(problems(CatalogText.one("type: vector\nmax: 2\nlength: 32768")).isEmpty)
    }

    @Test func repeatedNameIsReportedWithTheFirstOne() {
        let yaml = """
            min_batch_size: 1
            time_precision: 1d
            metrics:
              - {name: a, title: t, description: d, type: count}
              - {name: b, title: t, description: d, type: count}
              - {name: a, title: t, description: d, type: count}
            """
        #expect(problems(yaml) == ["line 6: metric a: the name is taken by the metric on line 4"])
    }

    @Test func everyProblemIsReportedInTheOrderOfTheFile() {
        let yaml = """
            leader_url: nowhere
            time_precision: 1d
            colour: red
            metrics:
              - name: a
                title: t
                type: sum
                max: 4294967296
              - name: B
                title: t
                description: d
                type: choices
                options: [x, "", x]
                at_most: 9999
                unit: {}
            """
        #expect(
            problems(yaml) == [
                "line 1: `leader_url` must begin with https:// or http://",
                "line 3: unknown key `colour`",
                "line 5: metric a: the key `description` is missing",
                "line 5: metric a: the key `min_batch_size` is missing, here and at the top of the file",
                "line 8: metric a: `max` must be at most 4294967295, or the sum of 4294967296 reports could wrap around",
                "line 9: a metric's `name` consists of a-z, 0-9, `.`, `_` and `-`, and begins with a-z or 0-9",
                "line 9: the key `min_batch_size` is missing, here and at the top of the file",
                "line 13: option 2 is empty",
                "line 13: option 3 repeats `x`",
                "line 14: `at_most` must be in 1...4096",
                "line 15: `unit` must be a single value",
            ])
    }

    @Test func longListOfProblemsIsCutAndCounted() {
        let yaml = "metrics:\n" + String(repeating: "- text\n", count: 60)
        let error = #expect(throws: CatalogError.self) { try Catalog(yaml: yaml) }
        #expect(error?.problems.count == CatalogLimits.problems)
        #expect(error?.unlistedCount == 10)
        #expect(error?.description.hasSuffix("\nand 10 more") == true)
    }

    /// Comparing keys made of nested aliases would take exponential time.
    @Test func nestedAliasesAreRefusedBeforeTheyAreExpanded() {
        var yaml = "a0: &a0 [x, x]\n"
        for level in 1...60 {
            yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        yaml += "? *a60\n: x\n? *a60\n: x\n"
        #expect(problems(yaml) == ["line 2: YAML aliases (`*name`) are not supported in a catalog"])
    }

    @Test func starsAndAmpersandsInTextsAreNoAliases() throws {
        let title = "R & D: 5 * 3, *not* &an alias, a&not"
        let yaml = CatalogText.one("type: count").replacing("title: A title", with: "title: '\(title)'")
        #expect(try CatalogText.only(Catalog(yaml: yaml)).title == title)
    }

    @Test func deepNestingIsRefused() {
        let yaml = String(repeating: "[", count: 100_000)
        #expect(problems(yaml).count == 1)
        let nested = CatalogText.one("type: " + String(repeating: "[", count: 900) + String(repeating: "]", count: 900))
        #expect(problems(nested) == ["line 10: metric m: `type` must be a single value"])
    }

    /// Whatever a mistake does to the file, reading it ends with a catalog or an error.
    @Test(arguments: [UInt64(11), 12, 13, 14])
    func damagedFilesNeverTrap(seed: UInt64) {
        var random = SplitMix(state: seed)
        let bytes = Array((seed.isMultiple(of: 2) ? CatalogTests.full : CatalogPrivacyTests.full).utf8)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[index] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.remove(at: index)
                default: damaged.insert(" \n:-[]{}&*!|>'\"%@`#,?".utf8.randomElement(using: &random) ?? 0, at: index)
                }
            }
            if let catalog = try? Catalog(yaml: String(decoding: damaged, as: UTF8.self)) {
                #expect((try? Catalog(yaml: catalog.yaml())) == catalog, "seed \(seed)")
                for metric in catalog.metrics where catalog.leaderURL != nil && catalog.helperURL != nil {
                    #expect(throws: Never.self, "seed \(seed)") {
                        if catalog.collectorHpkeConfig != nil { _ = try catalog.task(for: metric) }
                    }
                }
            }
        }
    }
}
