import DAPMessages
import MetricCatalog
import Testing

struct CatalogTests {
    static let full = """
        # Everything that a catalog can say.
        leader_url: https://leader.example/
        helper_url: https://helper.example/dap/
        collector_hpke_config: \(CatalogText.collectorKey)
        min_batch_size: 100
        time_precision: 1d
        metrics:
          - name: 0-yes.no_
            title: "Yes: or #no?"
            description: >
              Several lines
              become one.
            type: count
          - name: null-sum
            title: 'it''s "quoted" \\ and ünïcödé 👩‍👩‍👧'
            description: |
              First line

              third: line
            unit: "%"
            version: 4294967295
            type: sum
            max: 4294967295
            min_batch_size: 4294967296
            time_precision: 90
          - name: buckets
            title: Buckets
            description: d
            type: histogram
            edges: [-1.5, -0.0, 0.1, 1e3, 1e+300]
            time_precision: 2w
          - name: one
            title: One
            description: d
            type: choice
            options:
              - yes
              - no
              - "null"
              - 010
              - free/good
              - "a: b"
              - "- c # d"
              - "[x]"
              - é
          - name: some
            title: Some
            description: d
            type: choices
            options: [a, b, c]
            at_most: 3
            batch_mode: leader-selected
          - name: many
            title: Many
            description: d
            type: vector
            length: 1040
            max: 9223372036854775807
            starts: 2026-03-01T00:00:00Z
            ends: 2026-04-01T00:00:00Z

        """

    @Test func readsEveryKindOfMetric() throws {
        let catalog = try Catalog(yaml: Self.full)
        #expect(catalog.leaderURL == "https://leader.example/")
        #expect(catalog.helperURL == "https://helper.example/dap/")
        #expect(catalog.collectorHpkeConfig?.kemID == 0x20)
        #expect(catalog.metrics.map(\.name) == ["0-yes.no_", "null-sum", "buckets", "one", "some", "many"])
        #expect(
            catalog.metrics.map(\.type) == [
                .count, .sum(max: 4_294_967_295), .histogram(edges: [-1.5, 0, 0.1, 1000, 1e300]),
                .choice(options: ["yes", "no", "null", "010", "free/good", "a: b", "- c # d", "[x]", "é"]),
                .choices(options: ["a", "b", "c"], atMost: 3), .vector(length: 1040, max: UInt64(Int64.max)),
            ])
        #expect(catalog.metrics.map(\.timePrecision) == [86400, 90, 1_209_600, 86400, 86400, 86400])
        #expect(catalog.metrics.map(\.minBatchSize) == [100, 1 << 32, 100, 100, 100, 100])
        #expect(
            catalog.metrics.map(\.batchMode)
                == [.timeInterval, .timeInterval, .timeInterval, .timeInterval, .leaderSelected, .timeInterval])
        #expect(catalog.metrics.map(\.period) == [nil, nil, nil, nil, nil, 1_772_323_200..<1_775_001_600])
        #expect(catalog.metrics.map(\.version) == [1, .max, 1, 1, 1, 1])
        #expect(catalog.metrics[0].summary == "Several lines become one.")
        #expect(catalog.metrics[1].summary == "First line\n\nthird: line")
        #expect(catalog.metrics[1].title == "it's \"quoted\" \\ and ünïcödé 👩‍👩‍👧")
        #expect(catalog.metrics[1].unit == "%")
        #expect(catalog.metrics[0].unit == nil)
    }

    @Test func negativeZeroIsFoldedToZero() throws {
        guard case .histogram(let edges) = try CatalogText.metric("type: histogram\nedges: [-0.0]").type else {
            Issue.record("not a histogram")
            return
        }
        #expect(edges.first?.sign == .plus)
    }

    @Test func findsMetricsByName() throws {
        let catalog = try Catalog(yaml: Self.full)
        #expect(catalog.metric(named: "one")?.title == "One")
        #expect(catalog.metric(named: "One") == nil)
    }

    @Test func canonicalTextReadsBackAsAnEqualCatalog() throws {
        let catalog = try Catalog(yaml: Self.full)
        let text = catalog.yaml()
        #expect(text.hasPrefix("# "))
        let again = try Catalog(yaml: text)
        #expect(again == catalog)
        #expect(again.yaml() == text)
        for metric in catalog.metrics {
            #expect(try again.task(for: metric).taskID == catalog.task(for: metric).taskID)
        }
    }

    /// Seeded, because the texts are as wild as the rules permit.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
    func canonicalTextKeepsAnyPermittedText(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let alphabet = Array(" :#-?&!|>%@`'\"\\{}[]~=<./0123abcYyNn\t\u{a0}é漢🙂\u{200d}\u{e000}".unicodeScalars)
        func text(_ random: inout SplitMix) -> String {
            var scalars = String.UnicodeScalarView()
            if Bool.random(using: &random) { scalars.append("x") }
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let scalar = alphabet.randomElement(using: &random) ?? "x"
                scalars.append(scalar == "\t" ? "t" : scalar)
            }
            scalars.append(Bool.random(using: &random) ? "x" : "~")
            return String(scalars)
        }
        var options: [String] = []
        while options.count < 200 {
            let option = text(&random)
            guard let first = option.unicodeScalars.first, !first.properties.isWhitespace, !options.contains(option)
            else { continue }
            options.append(option)
        }
        // One option a line in single quotes, where only the quote itself is special.
        let list = options.map { option in
            var line = "    - '"
            for scalar in option.unicodeScalars {
                line.unicodeScalars.append(scalar)
                if scalar == "'" { line += "'" }
            }
            return line + "'"
        }
        let yaml = CatalogText.one("type: choice\noptions:", extra: list.joined(separator: "\n"))
        let catalog = try Catalog(yaml: yaml)
        guard case .choice(let read) = try CatalogText.only(catalog).type else { throw CatalogText.UnexpectedCatalog() }
        #expect(read.map { Array($0.utf8) } == options.map { Array($0.utf8) }, "seed \(seed)")
        let again = try Catalog(yaml: catalog.yaml())
        #expect(again == catalog, "seed \(seed)")
        #expect(again.metrics.first?.labels?.map { Array($0.utf8) } == options.map { Array($0.utf8) }, "seed \(seed)")
    }

    @Test func partiesMayBeMissingUntilTheyAreFilledIn() throws {
        let full = try Catalog(yaml: CatalogText.one("type: count"))
        let bare = try Catalog(
            yaml: CatalogText.one("type: count").replacing(CatalogText.parties, with: ""))
        #expect(bare.leaderURL == nil && bare.helperURL == nil && bare.collectorHpkeConfig == nil)
        #expect(try Catalog(yaml: bare.yaml()) == bare)
        let config = try #require(full.collectorHpkeConfig)
        let filled = bare.filled(
            leaderURL: "https://leader.example/", helperURL: "https://helper.example/dap/",
            collectorHpkeConfig: config)
        #expect(filled == full)
        #expect(try Catalog(yaml: filled.yaml()) == full)
    }

    @Test func fillingInReplacesParties() throws {
        let catalog = try Catalog(yaml: CatalogText.one("type: count"))
        let config = try #require(catalog.collectorHpkeConfig)
        let filled = catalog.filled(
            leaderURL: "http://127.0.0.1:1/", helperURL: "http://[::1]:2", collectorHpkeConfig: config)
        #expect(filled.leaderURL == "http://127.0.0.1:1/")
        #expect(filled.helperURL == "http://[::1]:2")
        #expect(try Catalog(yaml: filled.yaml()) == filled)
    }

    @Test(arguments: [
        ("1", 1), ("60", 60), ("90s", 90), ("5m", 300), ("12h", 43_200), ("1d", 86_400), ("2w", 1_209_600),
        ("\"1h\"", 3600), ("366d", 31_622_400),
    ])
    func timePrecisionIsSecondsOrHasAUnit(text: String, seconds: UInt64) throws {
        let catalog = try Catalog(yaml: CatalogText.one("type: count", timePrecision: text))
        #expect(try CatalogText.only(catalog).timePrecision == seconds)
        #expect(try Catalog(yaml: catalog.yaml()) == catalog)
    }

    @Test func batchModeAndPeriodAreInheritedOneByOne() throws {
        let catalog = try Catalog(
            yaml: """
                min_batch_size: 1
                time_precision: 1d
                batch_mode: leader-selected
                starts: 1970-01-03T00:00:00Z
                metrics:
                  - {name: a, title: t, description: d, type: count, ends: 1970-01-05T00:00:00Z}
                  - name: b
                    title: t
                    description: d
                    type: count
                    batch_mode: time-interval
                    starts: "1970-01-01T00:00:00Z"
                    ends: 1970-01-02T00:00:00Z
                """)
        #expect(catalog.metrics.map(\.batchMode) == [.leaderSelected, .timeInterval])
        #expect(catalog.metrics.map(\.period) == [172_800..<345_600, 0..<86_400])
        #expect(try Catalog(yaml: catalog.yaml()) == catalog)
    }

    @Test func windowsLineEndsMakeNoDifference() throws {
        #expect(
            try Catalog(yaml: Self.full.replacing("\n", with: "\r\n")) == Catalog(yaml: Self.full))
    }
}

/// A small generator with a seed (SplitMix64), so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
