import MetricCatalog
import Testing

struct ChunkLengthTests {
    /// The proof's length by VDAF §7.3.2, counted up from nothing shared with the code under test: a parallel sum of
    /// multiplications has two wires per multiplication and degree 2.
    private func proofLength(elements: Int, chunk: Int) -> Int {
        let calls = (elements - 1) / chunk + 1
        let wireLength = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].first { $0 > calls } ?? 0
        return 2 * chunk + 2 * (wireLength - 1) + 1
    }

    @Test func noChunkLengthGivesASmallerProof() {
        for elements in 1...300 {
            let all = (1...elements).map { (length: proofLength(elements: elements, chunk: $0), chunk: $0) }
            let best = all.min { ($0.length, $0.chunk) < ($1.length, $1.chunk) }
            #expect(ChunkLength.best(forElements: elements) == best?.chunk, "\(elements) elements")
        }
    }

    @Test func proofLengthCountsWireSeedsAndGadgetValues() {
        #expect(ChunkLength.proofLength(elements: 1, chunk: 1) == 2 + 3)
        #expect(ChunkLength.proofLength(elements: 100, chunk: 10) == 20 + 31)
        #expect(ChunkLength.proofLength(elements: 100, chunk: 7) == 14 + 31)
        #expect(ChunkLength.proofLength(elements: 100, chunk: 6) == 12 + 63)
    }

    @Test func largestMeasurementHasAChunkLength() {
        let elements = CatalogLimits.encodedElements
        let best = ChunkLength.best(forElements: elements)
        #expect((1...elements).contains(best))
        #expect(best == 258)
    }
}
