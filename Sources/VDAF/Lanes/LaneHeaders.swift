/// What the XOF absorbs first for each use: the tag with its length, and a seed's length (VDAF §6.2.1). Made once,
/// as it is the same for all reports.
struct LaneHeaders: Sendable {
    let measurementShare, proofShare, jointRandomness, proveRandomness: [UInt8]
    let queryRandomness, jointRandSeed, jointRandPart: [UInt8]

    /// - Parameter tag: the domain separation tag of a use.
    init(tag: (XofUsage) -> [UInt8]) {
        func header(_ usage: XofUsage) -> [UInt8] {
            let tag = tag(usage)
            return [UInt8(tag.count & 0xff), UInt8(tag.count >> 8)] + tag + [UInt8(XofTurboShake128.seedSize)]
        }
        measurementShare = header(.measurementShare)
        proofShare = header(.proofShare)
        jointRandomness = header(.jointRandomness)
        proveRandomness = header(.proveRandomness)
        queryRandomness = header(.queryRandomness)
        jointRandSeed = header(.jointRandSeed)
        jointRandPart = header(.jointRandPart)
    }
}

extension LaneSponge {
    /// Starts over with a header.
    func begin(_ header: [UInt8]) {
        reset()
        absorb(header)
    }

    /// Starts over with a header and seeds of 32 bytes: one for all lanes, or as many as there are lanes.
    func begin(_ header: [UInt8], _ seeds: [UInt8]) {
        begin(header)
        let size = XofTurboShake128.seedSize
        absorb(seeds, stride: seeds.count == size ? 0 : size, count: size)
    }

    /// Absorbs `count` bytes in each lane, taken from an array in steps of `stride`.
    package func absorb(_ bytes: [UInt8], stride: Int, count: Int) {
        precondition(bytes.count >= (LaneMemory.lanes - 1) * stride + count)
        bytes.withUnsafeBufferPointer { if let base = $0.baseAddress { absorb(base, stride: stride, count: count) } }
    }
}
