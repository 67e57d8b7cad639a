extension RandomNumberGenerator {
    /// Draws `count` bytes, 0 or more: each word of the generator in little-endian order, the last one cut.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
            initializedCount = count
        }
    }

    /// Overwrites the whole of `buffer` with random bytes.
    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        var word: UInt64 = 0
        for index in 0..<buffer.count {
            if index.isMultiple(of: MemoryLayout<UInt64>.size) { word = next() }
            buffer[index] = UInt8(truncatingIfNeeded: word)
            word >>= 8
        }
    }
}
