import Testing
import VDAF

/// The XOF in eight lanes against the XOF for one.
@Suite struct LaneSpongeTests {
    @Test(
        "Every lane absorbs and squeezes as the XOF does, wherever words begin in a block",
        arguments: KernelLevel.available)
    func sameAsOne(level: KernelLevel) {
        var random = SplitMix64(seed: 31)
        let sponge = LaneSponge(level)
        let some = [(0, 0, 1), (1, 1, 4), (7, 20, 21), (8, 21, 22), (83, 43, 64), (200, 3, 42)]
        for (prefix, rows, squeezed) in some + (0..<8).map({ (160 + $0, 22 + $0, 1 + $0) }) {
            let tag = random.bytes(9)
            let seeds = (0..<8).map { _ in random.bytes(32) }
            let prefixes = (0..<8).map { _ in random.bytes(prefix) }
            let words = LaneMemory(rows: rows)
            for index in 0..<rows * 8 { words.words[index] = random.next() }

            sponge.reset()
            sponge.absorb([9, 0] + tag + [32])
            sponge.absorb(Array(seeds.joined()), stride: 32, count: 32)
            sponge.absorb(Array(prefixes.joined()), stride: prefix, count: prefix)
            sponge.absorb(rows: words.words, count: rows)
            sponge.absorb([5])
            sponge.finish()
            let output = LaneMemory(rows: squeezed)
            sponge.squeeze(into: output.words, count: squeezed)

            for lane in 0..<8 {
                var xof = XofTurboShake128(seed: seeds[lane], domainSeparation: tag, binder: prefixes[lane])
                for row in 0..<rows { xof.absorb(littleEndian(words.words[row * 8 + lane])) }
                xof.absorb([5])
                let expected = xof.next(squeezed * 8)
                let found = (0..<squeezed).flatMap { littleEndian(output.words[$0 * 8 + lane]) }
                #expect(found == expected, "\(level), prefix \(prefix), rows \(rows), lane \(lane), seed 31")
            }
        }
    }

    private func littleEndian(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
}
