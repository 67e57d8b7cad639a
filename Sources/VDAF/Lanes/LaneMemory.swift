import CSodium

/// Rows of eight 64-bit words, one for each lane, aligned to a cache line and erased at the end.
package final class LaneMemory {
    /// Reports side by side.
    package static var lanes: Int { 8 }

    package let words: UnsafeMutablePointer<UInt64>
    /// How many rows.
    let rows: Int
    private var count: Int { rows * Self.lanes }

    package init(rows: Int) {
        self.rows = max(rows, 1)
        let count = self.rows * Self.lanes
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
        words = memory.initializeMemory(as: UInt64.self, repeating: 0, count: count)
    }

    deinit {
        sodium_memzero(words, count * 8)
        UnsafeMutableRawPointer(words).deallocate()
    }

    /// The words from a row on.
    @inline(__always)
    func row(_ index: Int) -> UnsafeMutablePointer<UInt64> { words + index * Self.lanes }

    /// Parts of so many rows each, one behind the other.
    func parts(_ rows: [Int]) -> [UnsafeMutablePointer<UInt64>] {
        precondition(rows.reduce(0, +) * Self.lanes <= count)
        var start = 0
        return rows.map { rows in
            defer { start += rows }
            return row(start)
        }
    }

    func clear() { words.update(repeating: 0, count: count) }
}
