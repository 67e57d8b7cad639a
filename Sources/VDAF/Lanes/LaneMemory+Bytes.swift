// Between rows of lanes and the bytes of one report. Words are little-endian in both.

extension LaneMemory {
    /// Appends the words of a lane, all of them.
    func appendWords(of lane: Int, to bytes: inout [UInt8]) {
        for index in 0..<rows { bytes.append(littleEndian: row(index)[lane]) }
    }

    /// Writes the words of a lane, all of them, over the bytes from an offset on.
    func copyWords(of lane: Int, to offset: Int, in bytes: inout [UInt8]) {
        precondition(offset + rows * 8 <= bytes.count)
        bytes.withUnsafeMutableBytes { bytes in
            for index in 0..<rows {
                bytes.storeBytes(
                    of: row(index)[lane].littleEndian, toByteOffset: offset + index * 8, as: UInt64.self)
            }
        }
    }

    /// Spreads bytes over the words of a lane.
    static func spread(_ bytes: UnsafeRawPointer, count: Int, to lane: UnsafeMutablePointer<UInt64>) {
        for index in 0..<count {
            lane[index * lanes] = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
    }

    /// Gathers the words of a lane.
    static func gather(_ lane: UnsafePointer<UInt64>, count: Int, to bytes: UnsafeMutableRawPointer) {
        for index in 0..<count {
            bytes.storeBytes(of: lane[index * lanes].littleEndian, toByteOffset: index * 8, as: UInt64.self)
        }
    }
}

extension [UInt8] {
    /// Writes the bytes over those from an offset on.
    mutating func copy(_ bytes: ArraySlice<UInt8>, to offset: Int) {
        precondition(offset + bytes.count <= count)
        withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: $0) }
        }
    }

    mutating func append(littleEndian word: UInt64) {
        Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
    }
}
