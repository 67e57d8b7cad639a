import MetricCatalog
import Testing

/// Bad metrics, with the place and the reason that their authors are told.
struct MetricErrorTests {
    private static let wholeNumber = " must be a whole number in digits, without quotes"
    private static let duration = " must be seconds, or a number with s, m, h, d or w, such as 1d"
    private static let finite = " must be a finite decimal number such as -2, 0.5 or 1e6, without quotes"
    private static let control = " contains a line break or another control character"

    /// `CatalogText.one` puts the metric on line 7 and its type on line 10.
    @Test(arguments: [
        ("type: amount", 10, "unknown type `amount`; the types are count, sum, histogram, choice, choices, vector"),
        ("type: [sum]", 10, "`type` must be a single value"),
        ("type:", 10, "`type` has no value"),
        ("unit: x", 7, "the key `type` is missing"),
        ("type: count\nmax: 3", 11, "the key `max` is for the type sum or vector, not for count"),
        ("type: sum\nmax: 3\nedges: [1]", 12, "the key `edges` is for the type histogram, not for sum"),
        ("type: count\ncolour: red", 11, "unknown key `colour`"),
        ("type: count\n\"\\e[31m\": red", 11, "unknown key `?[31m`"),
        ("type: count\n<<: {max: 3}", 11, "unknown key `<<`"),
        ("type: count\nunit:", 11, "`unit` has no value"),
        ("type: count\nunit: ~", 11, "`unit` has no value"),
        ("type: count\nunit: \"\"", 11, "`unit` is empty"),
        ("type: count\nunit: \" x\"", 11, "`unit` begins or ends with a space"),
        ("type: count\nunit: !x y", 11, "`unit` has a YAML tag (`!…`), which a catalog does not use"),
        ("type: count\nversion: !!str 5", 11, "`version`" + wholeNumber),
        ("type: count\nunit: !!int 5", 11, "`unit` has a YAML tag (`!…`), which a catalog does not use"),
        ("type: count\nversion: 0", 11, "`version` must be in 1...4294967295"),
        ("type: count\nversion: 4294967296", 11, "`version` must be in 1...4294967295"),
        ("type: count\nversion: \"1\"", 11, "`version`" + wholeNumber),
        ("type: count\nversion: 1.0", 11, "`version`" + wholeNumber),
        ("type: count\nversion: 010", 11, "`version` must not begin with a zero"),
        ("type: count\nmin_batch_size: 0", 11, "`min_batch_size` must be in 1...4294967296"),
        ("type: count\nmin_batch_size: 4294967297", 11, "`min_batch_size` must be in 1...4294967296"),
        ("type: count\ntime_precision: 0", 11, "`time_precision` must be from 1 second to 366d"),
        ("type: count\ntime_precision: 367d", 11, "`time_precision` must be from 1 second to 366d"),
        ("type: count\ntime_precision: 99999999999999999999w", 11, "`time_precision` must be from 1 second to 366d"),
        ("type: count\ntime_precision: 1y", 11, "`time_precision`" + duration),
        ("type: count\ntime_precision: d", 11, "`time_precision`" + duration),
        ("type: count\ntime_precision: -1", 11, "`time_precision`" + duration),
        ("type: count\nbatch_mode: fixed", 11, "`batch_mode` must be time-interval or leader-selected"),
        ("type: count\nbatch_mode: leader_selected", 11, "`batch_mode` must be time-interval or leader-selected"),
        ("type: count\nbatch_mode:", 11, "`batch_mode` has no value"),
        (
            "type: count\nstarts: 2026-03-01T00:00:00Z", 11,
            "`starts` and `ends` go together, and there is only `starts`"
        ),
        ("type: count\nends: 2026-03-01T00:00:00Z", 11, "`starts` and `ends` go together, and there is only `ends`"),
        (
            "type: count\nstarts: 2026-03-01\nends: 2026-04-01T00:00:00Z", 11,
            "`starts` is not a time such as 2026-03-01T12:00:00Z (RFC 3339)"
        ),
        (
            "type: count\nstarts: 2026-02-29T00:00:00Z\nends: 2026-04-01T00:00:00Z", 11,
            "`starts` is not a time that exists"
        ),
        (
            "type: count\nstarts: 2026-03-01T00:00:00Z\nends: 10000-01-01T00:00:00Z", 12,
            "`ends` is not a time such as 2026-03-01T12:00:00Z (RFC 3339)"
        ),
        (
            "type: count\nstarts: 2026-03-01T00:00:00.5Z\nends: 2026-04-01T00:00:00Z", 11,
            "`starts` must be a whole second"
        ),
        ("type: count\nstarts: 2026-03-01T00:00:00Z\nends: [1]", 12, "`ends` must be a single value"),
        (
            "type: count\nstarts: 2026-03-01T00:00:00Z\nends: 2026-03-01T00:00:00Z", 12,
            "`ends` must be after `starts`"
        ),
        (
            "type: count\nstarts: 2026-03-01T00:00:00Z\nends: 2026-02-01T00:00:00Z", 12,
            "`ends` must be after `starts`"
        ),
        (
            "type: count\nstarts: 2026-03-01T12:00:00Z\nends: 2026-04-01T00:00:00Z", 11,
            "`starts` must be a multiple of the time_precision of 1d, counted from 1970: "
                + "2026-03-01T00:00:00Z or 2026-03-02T00:00:00Z"
        ),
        (
            "type: count\ntime_precision: 1w\nstarts: 2026-02-26T00:00:00Z\nends: 9999-12-31T23:59:59Z", 13,
            "`ends` must be a multiple of the time_precision of 1w, counted from 1970: 9999-12-30T00:00:00Z"
        ),
        ("type: sum", 7, "the key `max` is missing"),
        ("type: sum\nmax: 0", 11, "`max` must be in 1...18446744073709551615"),
        ("type: sum\nmax: -1", 11, "`max`" + wholeNumber),
        ("type: sum\nmax: 0x10", 11, "`max`" + wholeNumber),
        ("type: sum\nmax: 1_000", 11, "`max`" + wholeNumber),
        ("type: sum\nmax: yes", 11, "`max`" + wholeNumber),
        ("type: histogram", 7, "the key `edges` is missing"),
        ("type: histogram\nedges: 3", 11, "`edges` must be a list"),
        ("type: histogram\nedges:", 11, "`edges` must be a list"),
        ("type: histogram\nedges: []", 11, "`edges` must list at least 1"),
        ("type: histogram\nedges: [1, 1]", 11, "edge 2 is not larger than the one before it"),
        ("type: histogram\nedges: [0, -0.0]", 11, "edge 2 is not larger than the one before it"),
        ("type: histogram\nedges:\n- 2\n- 1", 13, "edge 2 is not larger than the one before it"),
        ("type: histogram\nedges: [1, .nan]", 11, "edge 2" + finite),
        ("type: histogram\nedges:\n- 1\n- .inf", 13, "edge 2" + finite),
        ("type: histogram\nedges: [1, inf]", 11, "edge 2" + finite),
        ("type: histogram\nedges: [1, 1e999]", 11, "edge 2" + finite),
        ("type: histogram\nedges: ['1']", 11, "edge 1" + finite),
        ("type: histogram\nedges: [[1]]", 11, "edge 1 must be a single value"),
        ("type: choice", 7, "the key `options` is missing"),
        ("type: choice\noptions: a", 11, "`options` must be a list"),
        ("type: choice\noptions: {a: b}", 11, "`options` must be a list"),
        ("type: choice\noptions: [a]", 11, "`options` must list at least 2"),
        ("type: choice\noptions:\n- a\n- b\n- a", 14, "option 3 repeats `a`"),
        ("type: choice\noptions: [\"\\xe9\", \"e\\u0301\"]", 11, "option 2 repeats `e\u{301}`"),
        ("type: choice\noptions:\n- a\n- \"\"", 13, "option 2 is empty"),
        ("type: choice\noptions: [a, ~]", 11, "option 2 has no value"),
        ("type: choice\noptions: [a, 'b,c']", 11, "option 2 contains a comma, which separates options"),
        ("type: choice\noptions: [a, \"b,\\u0301c\"]", 11, "option 2 contains a comma, which separates options"),
        ("type: choice\noptions: [a, 'b ']", 11, "option 2 begins or ends with a space"),
        ("type: choice\noptions: [a, \"b\\tc\"]", 11, "option 2" + control),
        ("type: choice\noptions: [a, \"b\\0\"]", 11, "option 2" + control),
        ("type: choice\noptions: [a, \"b\\u202ec\"]", 11, "option 2" + control),
        ("type: choice\noptions: [a, b]\nat_most: 1", 12, "the key `at_most` is for the type choices, not for choice"),
        ("type: choices\noptions: [a, b]", 7, "the key `at_most` is missing"),
        ("type: choices\noptions: [a, b]\nat_most: 0", 12, "`at_most` must be in 1...2"),
        ("type: choices\noptions: [a, b]\nat_most: 3", 12, "`at_most` must be in 1...2"),
        ("type: vector\nlength: 3", 7, "the key `max` is missing"),
        ("type: vector\nmax: 3", 7, "the key `length` is missing"),
        ("type: vector\nmax: 3\nlength: 0", 12, "`length` must be in 1...65536"),
        ("type: vector\nmax: 3\nlength: 65537", 12, "`length` must be in 1...65536"),
        (
            "type: vector\nmax: 2\nlength: 32769", 12,
            "`length` times the binary digits of `max` (2) must be at most 65536"
        ),
        ("type: vector\nmax: 9223372036854775808\nlength: 1", 11, "`max` must be in 1...9223372036854775807"),
    ])
    func badMetricIsRefused(type: String, line: Int, reason: String) {
        let error = #expect(throws: CatalogError.self) { try CatalogText.metric(type) }
        #expect(error?.description == "line \(line): metric m: \(reason)")
        #expect(error?.problems.first?.line == line)
        #expect(error?.problems.first?.metric == "m")
        #expect(error?.problems.first?.reason == reason)
    }

    /// Where the block of keys itself is at fault, the metric's name is not known yet.
    @Test(arguments: [
        ("type: count\n? [a]\n: b", 11, "a key must be a single word"),
        ("type: count\n!x type: count", 11, "the key `type` is given twice"),
        ("type: count\ntitle: again", 8, "given twice in one block: `title`"),
        ("type: count\nunit: *x", 11, "not YAML: found undefined alias"),
        ("type: &x count\nunit: *x", 11, "YAML aliases (`*name`) are not supported in a catalog"),
        ("type: count: 3", 10, "not YAML: mapping values are not allowed in this context"),
        ("type: \"count", 11, "not YAML: found unexpected end of stream"),
        ("type: count\nunit: \u{7}", 11, "not YAML: control characters are not allowed"),
    ])
    func badKeysOrYAMLAreRefused(type: String, line: Int, reason: String) {
        let error = #expect(throws: CatalogError.self) { try CatalogText.metric(type) }
        #expect(error?.description == "line \(line): \(reason)")
        #expect(error?.problems.first?.metric == nil)
    }
}
