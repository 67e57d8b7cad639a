import CSodium

/// Encoding and decoding of vectors of field elements (VDAF §6.1.1, `encode_vec`, `decode_vec`), and their erasure.
package enum FieldVector {
    /// The little-endian encodings of the elements, one after another.
    package static func encode<F: NTTField>(_ elements: some Collection<F>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: elements.count * F.encodedSize) { buffer, count in
            var offset = 0
            if let base = buffer.baseAddress {
                for element in elements {
                    element.store(UnsafeMutableRawPointer(base + offset))
                    offset += F.encodedSize
                }
            }
            count = offset
        }
    }

    /// Decodes exactly `output.count` elements; false when an integer is not below the modulus.
    ///
    /// - Precondition: `bytes` holds exactly that many encoded elements.
    package static func decode<F: NTTField>(
        _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<F>
    ) -> Bool {
        precondition(bytes.count == output.count * F.encodedSize, "the caller checks the length")
        guard let base = bytes.baseAddress else { return true }
        for index in 0..<output.count {
            guard let element = F.load(base + index * F.encodedSize) else { return false }
            output[index] = element
        }
        return true
    }

    /// Decodes `count` elements, or nil when the length or an element is wrong.
    package static func decode<F: NTTField>(
        _ bytes: some Collection<UInt8>, count: Int, as type: F.Type = F.self
    ) -> [F]? {
        guard bytes.count == count * F.encodedSize else { return nil }
        let contiguous = Array(bytes)
        var valid = false
        let elements = [F](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.initialize(repeating: .zero)
            valid = contiguous.withUnsafeBytes {
                decode($0, into: UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
            }
            initialized = count
        }
        return valid ? elements : nil
    }

    /// Whether the bytes are encoded elements, all below the modulus. Nothing is kept of them.
    package static func isValid<F: NTTField>(_ bytes: UnsafeRawBufferPointer, as type: F.Type) -> Bool {
        guard bytes.count % F.encodedSize == 0 else { return false }
        guard let base = bytes.baseAddress else { return true }
        for offset in stride(from: 0, to: bytes.count, by: F.encodedSize) {
            guard F.load(base + offset) != nil else { return false }
        }
        return true
    }

    /// Adds `addend` to `sum`, element by element.
    @inline(__always)
    package static func add<F: NTTField>(_ addend: UnsafeBufferPointer<F>, to sum: UnsafeMutableBufferPointer<F>) {
        precondition(addend.count == sum.count)
        for index in 0..<sum.count { sum[index] += addend[index] }
    }
}

extension Array where Element: BitwiseCopyable {
    /// Overwrites the elements with zero bytes; the optimiser cannot leave it out.
    package mutating func erase() {
        withUnsafeMutableBytes { bytes in
            if let base = bytes.baseAddress { sodium_memzero(base, bytes.count) }
        }
    }
}
