/// Aggregate shares by bucket, added up report by report.
struct BucketSums<Field: NTTField> {
    let length: Int
    private var sums: [UInt64: [Field]] = [:]

    init(length: Int) { self.length = length }

    mutating func add(to bucket: UInt64, _ addOutputShare: (UnsafeMutableBufferPointer<Field>) -> Void) {
        sums[bucket, default: [Field](repeating: .zero, count: length)].withUnsafeMutableBufferPointer {
            addOutputShare($0)
        }
    }

    mutating func encoded() -> [UInt64: [UInt8]] {
        let encoded = sums.mapValues { FieldVector.encode($0) }
        // In place: a loop over the keys would hold the dictionary, and a copy would be erased.
        var index = sums.startIndex
        while index != sums.endIndex {
            sums.values[index].erase()
            sums.formIndex(after: &index)
        }
        return encoded
    }
}
