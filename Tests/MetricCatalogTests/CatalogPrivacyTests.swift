import DAPMessages
import DifferentialPrivacy
import MetricCatalog
import Testing

/// What a catalog promises, and how the top of the file and a metric share it.
struct CatalogPrivacyTests {
    static let full = """
        # Everything that a catalog can say about privacy.
        leader_url: https://leader.example/
        helper_url: https://helper.example/dap/
        collector_hpke_config: \(CatalogText.collectorKey)
        min_batch_size: 100
        time_precision: 1d
        version: 4
        contribution_limit: 2
        suppress_below: 25
        privacy:
          epsilon: 0.5
          rho: 0.05
          delta: 0.000001
          lifetime: {epsilon: 30, rho: 1.5}
        privacy_limit:
          rho: 1000
        metrics:
          - {name: count, title: t, description: d, type: count}
          - {name: sum, title: t, description: d, type: sum, max: 100}
          - {name: buckets, title: t, description: d, type: histogram, edges: [1, 2]}
          - {name: one, title: t, description: d, type: choice, options: [a, b]}
          - {name: some, title: t, description: d, type: choices, options: [a, b, c], at_most: 2}
          - {name: many, title: t, description: d, type: vector, length: 3, max: 7}
          - name: own
            title: t
            description: d
            type: count
            version: 1
            contribution_limit: 1000
            privacy:
              mechanism: gaussian
              rho: 0.000000001
              delta: 1e-30
              lifetime: 1000000
          - name: partly
            title: t
            description: d
            type: vector
            length: 3
            max: 7
            privacy: {mechanism: laplace}
          - {name: open, title: t, description: d, type: count, privacy: none}
          - {name: all, title: t, description: d, type: count, privacy: none, suppress_below: 0}

        """

    private static func amount(_ text: String) -> PrivacyAmount { PrivacyAmount(decimal: text) ?? .zero }

    private func metric(_ name: String) throws -> Metric {
        try #require(try Catalog(yaml: Self.full).metric(named: name))
    }

    private func policy(_ extra: String, type: String = "type: count", top: String = "") throws -> PrivacyPolicy? {
        try CatalogText.only(Catalog(yaml: top + CatalogText.one(type, extra: extra))).privacy
    }

    @Test(arguments: [
        ("count", "laplace"), ("sum", "laplace"), ("buckets", "laplace"), ("one", "laplace"), ("some", "gaussian"),
        ("many", "gaussian"), ("partly", "laplace"),
    ])
    func metricsInheritKeyByKey(name: String, mechanism: String) throws {
        let metric = try metric(name)
        let policy = try #require(metric.privacy)
        #expect(policy.mechanism.word == mechanism)
        let isLaplace = mechanism == "laplace"
        #expect(policy.mechanism.amount == Self.amount(isLaplace ? "0.5" : "0.05"))
        #expect(policy.lifetimeLimit == Self.amount(isLaplace ? "30" : "1.5"))
        #expect(policy.deltaExponent == 6)
        #expect(policy.contributionLimit == 2)
        #expect(policy.catalogLimit == .rho(Self.amount("1000")))
        #expect(metric.version == 4)
        #expect(metric.contributionLimit == 2)
        #expect(metric.suppressBelow == 0, "noise is what protects")
    }

    @Test func whatAMetricSaysItselfHolds() throws {
        let metric = try metric("own")
        #expect(
            metric.privacy
                == PrivacyPolicy(
                    mechanism: .gaussian(rho: PrivacyAmount(billionths: 1)), deltaExponent: 30,
                    lifetimeLimit: Self.amount("1000000"), contributionLimit: 1000,
                    catalogLimit: .rho(Self.amount("1000"))))
        #expect(metric.version == 1)
        #expect(metric.contributionLimit == 1000)
    }

    @Test func aMetricCanRefuseThePromiseOfTheFile() throws {
        let metric = try metric("open")
        #expect(metric.privacy == nil)
        #expect(metric.contributionLimit == 2)
        #expect(metric.suppressBelow == 25)
        #expect(try self.metric("all").suppressBelow == 0)
    }

    @Test func withoutAnythingSaidThereIsNoPromiseAndSmallNumbersAreNotShown() throws {
        let metric = try CatalogText.metric("type: count")
        #expect(metric.privacy == nil)
        #expect(metric.contributionLimit == 1)
        #expect(metric.suppressBelow == 10)
        #expect(metric.version == 1)
        #expect(try CatalogText.metric("type: count", extra: "privacy: none").privacy == nil)
        #expect(try CatalogText.metric("type: count", extra: "suppress_below: 1000000").suppressBelow == 1_000_000)
    }

    @Test(arguments: [
        ("privacy: {epsilon: 1, lifetime: 30}", PrivacyMechanism.laplace(epsilon: amount("1")), 9, "30"),
        ("privacy: {epsilon: 100, lifetime: 100}", .laplace(epsilon: amount("100")), 9, "100"),
        (
            "privacy: {epsilon: 0.123456789, lifetime: 0.123456789, delta: 1e-5}",
            .laplace(epsilon: amount("0.123456789")), 5, "0.123456789"
        ),
        (
            "privacy: {mechanism: gaussian, rho: 0.10, lifetime: 2.0, delta: 0.1}", .gaussian(rho: amount("0.1")), 1,
            "2"
        ),
        (
            "privacy: {mechanism: gaussian, rho: 0.1, lifetime: 2, delta: 0.000000000000000000000000000001}",
            .gaussian(rho: amount("0.1")), 30, "2"
        ),
    ])
    func aMetricAloneCanMakeAPromise(
        extra: String, mechanism: PrivacyMechanism, delta: UInt8, lifetime: String
    ) throws {
        let policy = try #require(try policy(extra))
        #expect(
            policy
                == PrivacyPolicy(
                    mechanism: mechanism, deltaExponent: delta, lifetimeLimit: Self.amount(lifetime)))
    }

    @Test func theMechanismOfTheFileIsThatOfItsMetrics() throws {
        let top = "privacy: {mechanism: gaussian, rho: 0.5, lifetime: {rho: 3}}\n"
        #expect(try policy("", top: top)?.mechanism == .gaussian(rho: Self.amount("0.5")))
        let own = try policy("privacy: {mechanism: laplace, epsilon: 1, lifetime: 5}", top: top)
        #expect(own?.mechanism == .laplace(epsilon: Self.amount("1")))
        #expect(own?.lifetimeLimit == Self.amount("5"))
    }

    @Test(arguments: [
        ("privacy_limit: {epsilon: 5}\n", CatalogPrivacyLimit.epsilon(amount("5"))),
        ("privacy_limit: {rho: 0.5}\n", .rho(amount("0.5"))),
    ])
    func theLimitOfTheCatalogIsInEveryPromise(top: String, limit: CatalogPrivacyLimit) throws {
        let yaml = top + CatalogText.one("type: count", extra: "privacy: {epsilon: 1, lifetime: 30}")
        let catalog = try Catalog(yaml: yaml)
        #expect(catalog.privacyLimit == limit)
        #expect(try CatalogText.only(catalog).privacy?.catalogLimit == limit)
        #expect(try Catalog(yaml: catalog.yaml()) == catalog)
    }

    @Test func canonicalTextReadsBackAsAnEqualCatalog() throws {
        let catalog = try Catalog(yaml: Self.full)
        let text = catalog.yaml()
        let again = try Catalog(yaml: text)
        #expect(again == catalog)
        #expect(again.yaml() == text)
        for metric in catalog.metrics {
            #expect(try again.task(for: metric).taskID == catalog.task(for: metric).taskID)
        }
    }

    /// The noise of the largest things that a catalog can ask for is still computed without overflow.
    @Test(arguments: ["type: vector\nlength: 1040\nmax: 9223372036854775807", "type: vector\nlength: 65536\nmax: 1"])
    func extremesAreTakenOrRefused(type: String) {
        for privacy in ["{rho: 0.000000001, lifetime: 1}", "{mechanism: laplace, epsilon: 0.000000001, lifetime: 1}"] {
            let yaml = CatalogText.one(type, extra: "contribution_limit: 1000\nprivacy: \(privacy)")
            do throws(CatalogError) {
                #expect(try Catalog(yaml: yaml).metrics.first?.privacy != nil)
            } catch {
                #expect(error.problems.count == 1)
            }
        }
    }
}
