import MetricCatalog
import Testing

struct SumBoundTests {
    @Test func sumsWrapAroundOnlyFromTheModulusUp() {
        // 2^32 · (2^32 − 1) = 2^64 − 2^32 is Field64's largest number.
        #expect(SumBound.holds(sumsOf: 4_294_967_295, below: SumBound.field64))
        #expect(!SumBound.holds(sumsOf: 4_294_967_296, below: SumBound.field64))
        #expect(!SumBound.holds(sumsOf: .max, below: SumBound.field64))
        #expect(SumBound.largestMax(below: SumBound.field64) == 4_294_967_295)
        #expect(SumBound.holds(sumsOf: .max, below: SumBound.field128))
        #expect(SumBound.largestMax(below: SumBound.field128) == .max)
    }

    @Test func sumThatCouldWrapAroundIsRefusedAtTheExactBorder() throws {
        #expect(try CatalogText.metric("type: sum\nmax: 4294967295").type == .sum(max: 4_294_967_295))
        let error = #expect(throws: CatalogError.self) { try CatalogText.metric("type: sum\nmax: 4294967296") }
        #expect(
            error?.description == """
                line 11: metric m: `max` must be at most 4294967295, or the sum of 4294967296 reports could wrap around
                """)
    }

    @Test func vectorEntriesStaySigned64Bit() throws {
        #expect(
            try CatalogText.metric("type: vector\nlength: 1\nmax: 9223372036854775807").type
                == .vector(length: 1, max: 9_223_372_036_854_775_807))
        #expect(throws: CatalogError.self) {
            try CatalogText.metric("type: vector\nlength: 1\nmax: 9223372036854775808")
        }
    }
}
