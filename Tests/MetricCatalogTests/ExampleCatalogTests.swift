import DifferentialPrivacy
import Foundation
import MetricCatalog
import Testing
import VDAF

/// The catalogs in docs: the health survey's fits its data.
struct ExampleCatalogTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/examples/health-survey")

    private static let columns = [
        "doctor-visits": ["visits"],
        "doctor-visits-histogram": ["visits"],
        "chronic-conditions": ["chronic_conditions"],
        "physical-limitation": ["physical_limitation"],
        "self-rated-health": ["health"],
        "plan-and-health": ["deductible_plan", "health"],
    ]

    private func catalog(_ file: String = "metrics.yaml") throws -> Catalog {
        try Catalog(yaml: String(contentsOf: Self.folder.appending(path: file), encoding: .utf8))
    }

    /// The rows as dictionaries by column.
    private func rows() throws -> [[String: String]] {
        let text = try String(contentsOf: Self.folder.appending(path: "health-survey.csv"), encoding: .utf8)
        let lines = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
        let header = try #require(lines.first)
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    @Test func everyMetricTakesEveryRow() throws {
        let catalog = try catalog()
        let rows = try rows()
        #expect(rows.count == 20_190)
        #expect(Set(catalog.metrics.map(\.name)) == Set(Self.columns.keys))
        for metric in catalog.metrics {
            let columns = try #require(Self.columns[metric.name])
            for (number, row) in rows.enumerated() {
                let text = columns.map { row[$0] ?? "" }.joined(separator: "/")
                #expect(throws: Never.self, "\(metric.name), row \(number + 1)") {
                    _ = try metric.measurement(from: text)
                }
            }
        }
    }

    @Test func totalsAreThoseOfTheSurvey() throws {
        var totals: [String: [UInt64]] = [:]
        let rows = try rows()
        for metric in try catalog().metrics {
            var total = [UInt64](repeating: 0, count: metric.labels?.count ?? 1)
            for row in rows {
                let text = (Self.columns[metric.name] ?? []).map { row[$0] ?? "" }.joined(separator: "/")
                guard case .integer(let number) = try metric.measurement(from: text) else { continue }
                if metric.labels == nil {
                    total[0] += number
                } else {
                    total[Int(number)] += 1
                }
            }
            totals[metric.name] = total
        }
        // Counted with other tools from the CSV.
        #expect(totals["doctor-visits"] == [57_752])
        #expect(totals["doctor-visits-histogram"] == [6308, 3817, 2797, 3229, 2883, 925, 231])
        #expect(totals["chronic-conditions"] == [1307, 2272, 2273, 11_138, 1142, 1593, 465])
        #expect(totals["physical-limitation"] == [2387])
        #expect(totals["self-rated-health"] == [11_019, 7309, 1560, 302])
        #expect(totals["plan-and-health"] == [8261, 5294, 1161, 225, 2758, 2015, 399, 77])
    }

    @Test func windowsAreDaysAndReleasesNeedAHundredPeople() throws {
        for metric in try catalog().metrics {
            #expect(metric.timePrecision == 86_400)
            #expect(metric.minBatchSize == 100)
        }
    }

    /// The totals are compared with the true ones.
    @Test func surveyWithoutAPromiseShowsEveryNumber() throws {
        for metric in try catalog().metrics {
            #expect(metric.privacy == nil)
            #expect(metric.suppressBelow == 0)
        }
    }

    @Test func surveyWithAPromiseAsksTheSame() throws {
        let (exact, noisy) = (try catalog(), try catalog("metrics-private.yaml"))
        #expect(exact.metrics.map(\.name) == noisy.metrics.map(\.name))
        #expect(exact.metrics.map(\.type) == noisy.metrics.map(\.type))
        #expect(exact.metrics.map(\.summary) == noisy.metrics.map(\.summary))
        let epsilon = { PrivacyAmount(billionths: $0 * PrivacyAmount.scale) }
        #expect(noisy.privacyLimit == .epsilon(epsilon(20)))
        for metric in noisy.metrics {
            #expect(metric.privacy?.mechanism == .laplace(epsilon: epsilon(1)))
            #expect(metric.privacy?.lifetimeLimit == epsilon(5))
        }
        #expect(try Catalog(yaml: noisy.yaml()) == noisy)
    }

    @Test func blocksOfTheReferenceAboutPrivacyAreRead() throws {
        let docs = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: docs.appending(path: "catalog.md"), encoding: .utf8)
        let blocks = text.split(separator: "```yaml\n").dropFirst().compactMap { $0.split(separator: "```").first }
        let privacy = blocks.filter { $0.hasPrefix("privacy") }.map(String.init)
        #expect(privacy.count == 3)
        let metric = privacy[0].split(separator: "\n").joined(separator: "\n")
        #expect(try CatalogText.metric("type: count", extra: metric).privacy?.lifetimeLimit.value == 30)
        let vector = "type: vector\nlength: 2\nmax: 3"
        let both = privacy[2] + privacy[1]
        #expect(try Catalog(yaml: both + CatalogText.one(vector)).privacyLimit != nil)
    }

    @Test func exampleInTheReferenceIsACatalog() throws {
        let docs = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
        let reference = docs.appending(path: "catalog.md")
        let text = try String(contentsOf: reference, encoding: .utf8)
        let blocks = text.split(separator: "```yaml\n").dropFirst()
        let yaml = try #require(blocks.first?.split(separator: "```").first)
        let catalog = try Catalog(yaml: String(yaml))
        #expect(catalog.metrics.map(\.type) == [.sum(max: 100)])
        #expect(throws: Never.self) { try catalog.task(for: catalog.metrics[0]) }
    }

    @Test func partiesAreLeftToBeFilledIn() throws {
        let catalog = try catalog()
        #expect(catalog.leaderURL == nil && catalog.helperURL == nil && catalog.collectorHpkeConfig == nil)
        #expect(try Catalog(yaml: catalog.yaml()) == catalog)
    }
}
