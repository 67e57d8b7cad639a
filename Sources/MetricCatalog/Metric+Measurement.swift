public import VDAF

extension Metric {
    /// Turns what a person or a file says into what is measured, on the person's device: a number becomes its bucket
    /// here, and only the bucket goes on.
    ///
    /// Spaces and line ends around the text are not part of it. `count` takes yes, no, true, false, 1 or 0 in any
    /// case; `sum` digits; `histogram` a decimal number; `choice` an option; `choices` options separated by commas, or
    /// nothing; `vector` whole numbers separated by commas.
    ///
    /// The time taken depends on the text; sharding the measurement takes constant time afterwards.
    public func measurement(from text: String) throws(MeasurementError) -> Prio3Measurement {
        guard text.utf8.count <= CatalogLimits.measurementBytes else { throw .textTooLong }
        let text = Self.trimmed(text[...])
        switch type {
        case .count: return .integer(try Self.yesOrNo(text))
        case .sum(let max): return .integer(try Self.whole(text, max: max))
        case .histogram(let edges): return .integer(try Self.bucket(of: text, edges: edges))
        case .choice(let options): return .integer(try Self.index(of: text, in: options))
        case .choices(let options, let atMost):
            return .vector(try Self.chosen(text, from: options, atMost: atMost))
        case .vector(let length, let max):
            return .vector(try Self.entries(text, length: length, max: max))
        }
    }

    private static func yesOrNo(_ text: Substring) throws(MeasurementError) -> UInt64 {
        switch text.lowercased() {
        case "yes", "true", "1": return 1
        case "no", "false", "0": return 0
        default: throw .notYesOrNo
        }
    }

    private static func whole(_ text: Substring, max: UInt64) throws(MeasurementError) -> UInt64 {
        guard let number = WrittenNumber.whole(text) else { throw .notAWholeNumber }
        guard number <= max else { throw .tooLarge(max: max) }
        return number
    }

    private static func bucket(of text: Substring, edges: [Double]) throws(MeasurementError) -> UInt64 {
        guard let number = WrittenNumber.decimal(text) else { throw .notANumber }
        return UInt64(edges.count { $0 <= number })
    }

    private static func index(of text: Substring, in options: [String]) throws(MeasurementError) -> UInt64 {
        guard let index = options.firstIndex(where: { $0 == text }) else { throw .notAnOption }
        return UInt64(index)
    }

    private static func chosen(
        _ text: Substring, from options: [String], atMost: Int
    ) throws(MeasurementError) -> [UInt64] {
        var chosen = [UInt64](repeating: 0, count: options.count)
        guard !text.isEmpty else { return chosen }
        let indices = Dictionary(uniqueKeysWithValues: zip(options.map { $0[...] }, options.indices))
        var count = 0
        for name in list(text) {
            guard let index = indices[name] else { throw .notAnOption }
            guard chosen[index] == 0 else { throw .repeatedOption }
            chosen[index] = 1
            count += 1
        }
        guard count <= atMost else { throw .tooManyOptions(atMost: atMost) }
        return chosen
    }

    private static func entries(_ text: Substring, length: Int, max: UInt64) throws(MeasurementError) -> [UInt64] {
        let parts = list(text)
        guard parts.count == length else { throw .wrongLength(expected: length) }
        var entries: [UInt64] = []
        entries.reserveCapacity(length)
        for part in parts {
            entries.append(try whole(part, max: max))
        }
        return entries
    }

    /// What stands between the commas, trimmed. Bytes are looked at, not characters: a comma separates also where the
    /// next character would combine with it.
    private static func list(_ text: Substring) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { trimmed(Substring($0)) }
    }

    /// `text` without ASCII spaces, tabs and line ends around it.
    private static func trimmed(_ text: Substring) -> Substring {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
        let bytes = text.utf8
        guard let start = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return Substring(bytes[start...last])
    }
}
