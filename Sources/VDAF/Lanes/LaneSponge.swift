import CPrioKernels

/// XofTurboShake128 (VDAF §6.2.1) for eight reports side by side, as `XofTurboShake128` is for one. All lanes
/// absorb equally many bytes.
package final class LaneSponge {
    /// Bytes absorbed or squeezed between permutations, and as words.
    private static let rate = 168
    private static let rateWords = 21

    private let memory = LaneMemory(rows: 25)
    private let state: UnsafeMutablePointer<UInt64>
    private let permute: @convention(c) (UnsafeMutablePointer<UInt64>) -> Void
    /// Bytes of the current block already absorbed; always below the rate.
    private var position = 0

    package init(_ level: KernelLevel) {
        state = memory.words
        permute = level.kernels.keccak
    }

    /// Starts over.
    package func reset() {
        memory.clear()
        position = 0
    }

    /// Absorbs the same bytes in all lanes.
    package func absorb(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var done = 0
            while done < bytes.count {
                // As many as the current word has room for.
                let length = min(bytes.count - done, 8 - position & 7)
                let word = Self.word(base + done, count: length) &<< (8 * UInt64(position & 7))
                let row = state + (position >> 3) * LaneMemory.lanes
                for lane in 0..<LaneMemory.lanes { row[lane] ^= word }
                done += length
                advance(length)
            }
        }
    }

    /// Absorbs `count` bytes in each lane.
    ///
    /// - Parameters:
    ///   - bytes: those of lane 0.
    ///   - stride: how much further on those of the next lane are.
    func absorb(_ bytes: UnsafePointer<UInt8>, stride: Int, count: Int) {
        var done = 0
        while done < count {
            let length = min(count - done, Self.rate - position)
            for lane in 0..<LaneMemory.lanes { xor(bytes + (lane * stride + done), count: length, lane: lane) }
            done += length
            advance(length)
        }
    }

    /// Absorbs `count` rows of words, which need not start at a whole word of the block.
    package func absorb(rows: UnsafePointer<UInt64>, count: Int) {
        guard count > 0 else { return }
        let lanes = LaneMemory.lanes
        let shift = UInt64(position & 7) * 8
        for index in 0..<count {
            let word = state + (position >> 3) * lanes
            let row = rows + index * lanes
            if shift == 0 {
                for lane in 0..<lanes { word[lane] ^= row[lane] }
            } else if index == 0 {
                for lane in 0..<lanes { word[lane] ^= row[lane] &<< shift }
            } else {
                // The rest of the row before comes first.
                let before = row - lanes
                for lane in 0..<lanes { word[lane] ^= (row[lane] &<< shift) | (before[lane] &>> (64 &- shift)) }
            }
            advance(8)
        }
        guard shift > 0 else { return }
        let (word, last) = (state + (position >> 3) * lanes, rows + (count - 1) * lanes)
        for lane in 0..<lanes { word[lane] ^= last[lane] &>> (64 &- shift) }
    }

    /// Ends absorbing. What follows is squeezed.
    package func finish() {
        // TurboSHAKE's domain byte, 1 in VDAF, and the padding.
        let (word, last) = (state + (position >> 3) * LaneMemory.lanes, state + 20 * LaneMemory.lanes)
        for lane in 0..<LaneMemory.lanes {
            word[lane] ^= 1 &<< (UInt64(position & 7) * 8)
            last[lane] ^= 1 &<< 63
        }
    }

    /// Squeezes `count` rows, once after `finish`.
    package func squeeze(into rows: UnsafeMutablePointer<UInt64>, count: Int) {
        var done = 0
        while done < count {
            permute(state)
            let words = min(count - done, Self.rateWords)
            (rows + done * LaneMemory.lanes).update(from: state, count: words * LaneMemory.lanes)
            done += words
        }
    }

    /// Permutes once; `word` and `copyState` then give what would be squeezed first.
    func permuteOnce() { permute(state) }

    /// A word of a lane.
    func word(_ index: Int, _ lane: Int) -> UInt64 { state[index * LaneMemory.lanes + lane] }

    /// Copies the first rows of the state.
    func copyState(to rows: UnsafeMutablePointer<UInt64>, rows count: Int) {
        rows.update(from: state, count: count * LaneMemory.lanes)
    }

    /// The position may go beyond a multiple of 8 across the block's end: its words are whole, its bytes are not.
    private func advance(_ count: Int) {
        position += count
        guard position >= Self.rate else { return }
        permute(state)
        position -= Self.rate
    }

    /// Combines bytes with the state at the current position; they lie in one block.
    @inline(__always)
    private func xor(_ bytes: UnsafePointer<UInt8>, count: Int, lane: Int) {
        var index = 0
        while index < count {
            let offset = position + index
            let taken = min(8 - offset & 7, count - index)
            let word = Self.word(bytes + index, count: taken)
            state[(offset >> 3) * LaneMemory.lanes + lane] ^= word &<< (8 * UInt64(offset & 7))
            index += taken
        }
    }

    /// The word of up to 8 bytes, the first lowest.
    @inline(__always)
    private static func word(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        if count == 8 { return UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)) }
        var word: UInt64 = 0
        for byte in 0..<count { word |= UInt64(bytes[byte]) &<< (8 * UInt64(byte)) }
        return word
    }
}
