/// Vectors of elements: `Element field<floor..ceiling>`, and those that run to the end of the message.
extension ByteReader {
    /// Reads a vector with a length prefix of two bytes, element by element; the elements must fill it exactly.
    ///
    /// - Parameters:
    ///   - field: the vector's name.
    ///   - range: the lengths in bytes that the notation allows.
    ///   - element: reads one element. The reader it is given ends where the vector ends.
    /// - Throws: `CodecError` (`truncated` also when an element crosses the vector's end, `lengthOutOfRange`), and
    ///   what `element` throws.
    public mutating func readVector16<Element>(
        _ field: String, in range: ClosedRange<Int> = 0...0xffff,
        _ element: (inout ByteReader) throws -> Element
    ) throws -> [Element] {
        let length = try readLength(readUInt16(field), field, in: range)
        guard length <= remainingCount else { throw CodecError(.truncated, field) }
        let outerEnd = end
        end = position + length
        defer { end = outerEnd }
        return try readVectorToEnd(element)
    }

    /// Reads a vector with a length prefix of two bytes of elements that decode themselves.
    ///
    /// - Throws: as the form with a closure.
    public mutating func readVector16<Element: TLSDecodable>(
        _ field: String, in range: ClosedRange<Int> = 0...0xffff, of type: Element.Type
    ) throws -> [Element] {
        try readVector16(field, in: range) { try Element(from: &$0) }
    }

    /// Reads elements until nothing is left: a vector without a length prefix, which the end of the message delimits.
    ///
    /// - Parameter element: reads one element, of at least one byte.
    /// - Throws: what `element` throws.
    public mutating func readVectorToEnd<Element>(
        _ element: (inout ByteReader) throws -> Element
    ) throws -> [Element] {
        var elements: [Element] = []
        while !isAtEnd {
            let start = position
            elements.append(try element(&self))
            // An element without bytes would be read for ever.
            precondition(position > start)
        }
        return elements
    }

    /// Reads elements that decode themselves until nothing is left.
    ///
    /// - Throws: what the elements throw.
    public mutating func readVectorToEnd<Element: TLSDecodable>(of type: Element.Type) throws -> [Element] {
        try readVectorToEnd { try Element(from: &$0) }
    }
}
