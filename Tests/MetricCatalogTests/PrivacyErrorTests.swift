import MetricCatalog
import Testing

/// Bad promises, with the place and the reason that their authors are told.
struct PrivacyErrorTests {
    private func problems(_ yaml: String) -> [String] {
        do throws(CatalogError) {
            _ = try Catalog(yaml: yaml)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    private static let decimal = " must be a decimal number such as 0.5, without quotes"
    private static let delta = "`delta` must be a power of ten such as 1e-9, from 1e-30 to 1e-1, without quotes"
    private static let window = "`epsilon` must be above 0 and at most 100"
    private static let missing = "is missing for laplace noise, here and in `privacy` at the top of the file"

    /// `CatalogText.one` puts the type on line 10, so `extra` begins on line 11.
    @Test(arguments: [
        ("privacy: some", 11, "`privacy` must be `none`, or consist of keys and values"),
        ("privacy: 1", 11, "`privacy` must be `none`, or consist of keys and values"),
        ("privacy:", 11, "`privacy` has no value"),
        ("privacy: [epsilon]", 11, "`privacy` must consist of keys and values"),
        ("privacy: {epsilon: 1, lifetime: 2, sigma: 3}", 11, "unknown key `sigma` in `privacy`"),
        ("privacy:\n  epsilon: 1\n  lifetime: 2\n  max: 3", 14, "unknown key `max` in `privacy`"),
        ("privacy: {mechanism: exact, epsilon: 1, lifetime: 2}", 11, "`mechanism` must be laplace or gaussian"),
        ("privacy: {mechanism: Laplace, epsilon: 1, lifetime: 2}", 11, "`mechanism` must be laplace or gaussian"),
        ("privacy: {mechanism: [laplace], epsilon: 1, lifetime: 2}", 11, "`mechanism` must be a single value"),
        ("privacy: {epsilon: 0, lifetime: 2}", 11, window),
        ("privacy: {epsilon: 0.0, lifetime: 2}", 11, window),
        ("privacy: {epsilon: 100.000000001, lifetime: 200}", 11, window),
        ("privacy: {epsilon: 99999999999999999999, lifetime: 200}", 11, window),
        ("privacy: {epsilon: 0.0000000001, lifetime: 2}", 11, "`epsilon` has more than 9 digits behind the point"),
        ("privacy: {epsilon: 0.1000000000, lifetime: 2}", 11, "`epsilon` has more than 9 digits behind the point"),
        ("privacy: {epsilon: -1, lifetime: 2}", 11, "`epsilon`" + decimal),
        ("privacy: {epsilon: 1e-1, lifetime: 2}", 11, "`epsilon`" + decimal),
        ("privacy: {epsilon: .5, lifetime: 2}", 11, "`epsilon`" + decimal),
        ("privacy: {epsilon: 5., lifetime: 2}", 11, "`epsilon`" + decimal),
        ("privacy: {epsilon: 1.2.3, lifetime: 2}", 11, "`epsilon`" + decimal),
        ("privacy: {epsilon: '1', lifetime: 2}", 11, "`epsilon`" + decimal),
        ("privacy: {epsilon: ln 3, lifetime: 2}", 11, "`epsilon`" + decimal),
        ("privacy: {epsilon: 01, lifetime: 2}", 11, "`epsilon` must not begin with a zero"),
        ("privacy: {epsilon: 00.5, lifetime: 2}", 11, "`epsilon` must not begin with a zero"),
        ("privacy: {epsilon: ~, lifetime: 2}", 11, "`epsilon` has no value"),
        ("privacy: {epsilon: 1, lifetime: 0}", 11, "`lifetime` must be above 0 and at most 1000000"),
        ("privacy: {epsilon: 1, lifetime: 1000000.1}", 11, "`lifetime` must be above 0 and at most 1000000"),
        (
            "privacy: {epsilon: 1, lifetime: {epsilon: 2}}", 11,
            "`lifetime` of a metric must be one number: the ε of laplace noise, or the ρ of gaussian"
        ),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 2e-9}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 1e-0}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 1e-09}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 1e-31}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 1e-}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 1e-999}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 1E-9}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 0.002}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 0.101}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 0.}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: '1e-9'}", 11, delta),
        ("privacy: {epsilon: 1, lifetime: 2, delta: 1}", 11, delta),
        ("privacy: {lifetime: 2}", 11, "the key `epsilon` " + missing),
        ("privacy: {epsilon: 1}", 11, "the key `lifetime` " + missing + ", where it is `lifetime: {epsilon: …}`"),
        (
            "privacy: {rho: 1, lifetime: 2}", 11,
            "`rho` is for gaussian noise, and this metric has laplace: give `epsilon`, or `mechanism: gaussian`"
        ),
        (
            "privacy:\n  mechanism: gaussian\n  rho: 1\n  epsilon: 1\n  lifetime: 2", 14,
            "`epsilon` is for laplace noise, and this metric has gaussian: give `rho`, or `mechanism: laplace`"
        ),
        (
            "privacy:\n  epsilon: 1\n  lifetime: 0.999999999", 13,
            "the lifetime's ε 0.999999999 is less than the ε 1 of one window: nothing could be released"
        ),
        (
            "privacy:\n  mechanism: gaussian\n  rho: 0.2\n  lifetime: 0.1", 14,
            "the lifetime's ρ 0.1 is less than the ρ 0.2 of one window: nothing could be released"
        ),
        ("contribution_limit: 0", 11, "`contribution_limit` must be in 1...1000"),
        ("contribution_limit: 1001", 11, "`contribution_limit` must be in 1...1000"),
        ("suppress_below: 1000001", 11, "`suppress_below` must be in 0...1000000"),
        ("suppress_below: ten", 11, "`suppress_below` must be a whole number in digits, without quotes"),
        (
            "privacy: {epsilon: 1, lifetime: 2}\nsuppress_below: 0", 12,
            "`suppress_below` is for metrics without `privacy`: noise protects small numbers already"
        ),
    ])
    func badPromiseIsRefused(extra: String, line: Int, reason: String) {
        #expect(problems(CatalogText.one("type: count", extra: extra)) == ["line \(line): metric m: \(reason)"])
    }

    private static let fits = "privacy: {epsilon: 1, lifetime: 5}"

    /// The top of the file is on line 1, so the metric begins on line 8 and `extra` on line 12.
    @Test(arguments: [
        (
            "privacy: none", "",
            "line 1: `privacy: none` is for a metric; at the top of the file the key is left out"
        ),
        ("privacy: 1", "", "line 1: `privacy` must consist of keys and values"),
        (
            "privacy: {epsilon: 1, lifetime: 30}", "",
            "line 1: `lifetime` at the top of the file must say of what: `lifetime: {epsilon: 30, rho: 5}`"
        ),
        (
            "privacy: {epsilon: 1, lifetime: {epsilon: 30, delta: 2}}", "",
            "line 1: unknown key `delta` in `lifetime`"
        ),
        ("privacy: {epsilon: 1, lifetime: {epsilon: 0}}", "", "line 1: `epsilon` must be above 0 and at most 1000000"),
        ("privacy: {epsilon: 200, lifetime: {epsilon: 300}}", fits, "line 1: \(window)"),
        (
            "privacy: {rho: 1, lifetime: {epsilon: 3}}", "",
            "line 8: metric m: the key `epsilon` \(missing)"
        ),
        (
            "privacy: {epsilon: 1, lifetime: {rho: 30}}", "",
            "line 8: metric m: the key `lifetime` \(missing), where it is `lifetime: {epsilon: …}`"
        ),
        (
            "privacy: {epsilon: 2, lifetime: {epsilon: 3}}", "privacy: {lifetime: 1.5}",
            "line 12: metric m: the lifetime's ε 1.5 is less than the ε 2 of one window: nothing could be released"
        ),
        (
            "privacy: {epsilon: 2, lifetime: {epsilon: 3}}", "privacy: {epsilon: 3.5}",
            "line 1: metric m: the lifetime's ε 3 is less than the ε 3.5 of one window: nothing could be released"
        ),
        (
            "privacy: {epsilon: 2, lifetime: {epsilon: 3}}", "suppress_below: 3",
            "line 12: metric m: `suppress_below` is for metrics without `privacy`: noise protects small numbers already"
        ),
        ("privacy_limit: 3", fits, "line 1: `privacy_limit` must consist of keys and values"),
        ("privacy_limit: {}", fits, "line 1: `privacy_limit` must have one key: `epsilon` or `rho`"),
        ("privacy_limit: {epsilon: 9, rho: 1}", fits, "line 1: `privacy_limit` must have one key: `epsilon` or `rho`"),
        ("privacy_limit: {epsilon: 9, delta: 1}", fits, "line 1: unknown key `delta` in `privacy_limit`"),
        ("privacy_limit: {epsilon: 0}", fits, "line 1: `epsilon` must be above 0 and at most 1000000"),
        ("privacy_limit: {epsilon: 9}", "", "line 1: `privacy_limit` limits nothing: no metric has `privacy`"),
        (
            "privacy_limit: {epsilon: 0.5}", fits,
            "line 12: metric m: one window costs ε 1, more than the `privacy_limit` of ε 0.5: nothing could be released"
        ),
        (
            "privacy_limit: {rho: 0.499999999}", fits,
            "line 12: metric m: one window costs ρ 0.5, more than the `privacy_limit` of ρ 0.499999999: "
                + "nothing could be released"
        ),
        (
            "privacy_limit: {epsilon: 9}", "privacy: {mechanism: gaussian, rho: 1, lifetime: 2}",
            "line 12: metric m: `privacy_limit` is in ε, which gaussian noise does not have: give the limit as `rho`, "
                + "or this metric `mechanism: laplace`"
        ),
        ("version: 0", "", "line 1: `version` must be in 1...4294967295"),
        ("contribution_limit: 2000", "", "line 1: `contribution_limit` must be in 1...1000"),
        ("suppress_below: -1", "", "line 1: `suppress_below` must be a whole number in digits, without quotes"),
    ])
    func badPromiseOfTheFileIsRefused(top: String, extra: String, problem: String) {
        #expect(problems(top + "\n" + CatalogText.one("type: count", extra: extra)) == [problem])
    }

    @Test func oneMistakeAtTheTopIsReportedOnce() {
        let yaml = """
            min_batch_size: 1
            time_precision: 1d
            privacy: {epsilon: 1, lifetime: {epsilon: 30}, mechanism: none}
            privacy_limit: {epsilon: x}
            metrics:
              - {name: a, title: t, description: d, type: count}
              - {name: b, title: t, description: d, type: vector, length: 3, max: 4}
            """
        #expect(
            problems(yaml) == [
                "line 3: `mechanism` must be laplace or gaussian", "line 4: `epsilon`\(Self.decimal)",
            ])
    }

    private static let wraps = """
        the noise could wrap around beside the sum of 4294967296 reports: lower `max` or `contribution_limit`, or raise
        """

    @Test(arguments: [
        ("type: sum\nmax: 4294967295", "privacy: {epsilon: 1, lifetime: 2}", "\(wraps) `epsilon`"),
        (
            "type: sum\nmax: 2147483648", "contribution_limit: 1000\nprivacy: {epsilon: 0.000001, lifetime: 2}",
            "\(wraps) `epsilon`"
        ),
        (
            "type: sum\nmax: 4294967295",
            "privacy: {mechanism: gaussian, rho: 1, lifetime: 2}",
            "\(wraps) `rho`"
        ),
        (
            "type: vector\nlength: 1000\nmax: 9223372036854775807", "privacy: {rho: 1, lifetime: 2}",
            "the vector is too large for any noise: lower `max` or `length`"
        ),
    ])
    func noiseThatDoesNotFitTheFieldIsRefused(type: String, extra: String, reason: String) {
        let found = problems(CatalogText.one(type, extra: extra))
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix("metric m: \(reason)") == true, "\(found)")
    }
}
