import DAPMessages

/// A message of which any number of different values can be made.
protocol Generated {
    static func random(using generator: inout SeededGenerator) -> Self
}

extension OpaqueIdentifier {
    static func random(using generator: inout SeededGenerator) -> Self {
        do {
            return try Self([UInt8].random(count: byteCount, using: &generator))
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension ReportID: Generated {}
extension TaskID: Generated {}
extension AggregationJobID: Generated {}
extension CollectionJobID: Generated {}
extension AggregateShareID: Generated {}
extension BatchID: Generated {}

extension CaseIterable {
    static func randomCase(using generator: inout SeededGenerator) -> Self {
        guard let found = allCases.randomElement(using: &generator) else { preconditionFailure("no cases") }
        return found
    }
}

extension Role: Generated {
    static func random(using generator: inout SeededGenerator) -> Role { randomCase(using: &generator) }
}

extension ReportError: Generated {
    static func random(using generator: inout SeededGenerator) -> ReportError { randomCase(using: &generator) }
}

extension BatchMode: Generated {
    static func random(using generator: inout SeededGenerator) -> BatchMode { randomCase(using: &generator) }
}

extension SeededGenerator {
    mutating func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] { [UInt8].random(count: count(range), using: &self) }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

    mutating func list<Element: Generated>(_ range: ClosedRange<Int>) -> [Element] {
        (0..<count(range)).map { _ in Element.random(using: &self) }
    }

    /// Extensions in any order, perhaps repeated.
    mutating func extensions<Element: TypedExtension>() -> [Element] {
        (0..<count(0...3)).map { _ in
            Element(extensionType: UInt16(truncatingIfNeeded: next()), extensionData: bytes(0...6))
        }
    }

    /// Extensions strictly increasing by type.
    mutating func increasingExtensions<Element: TypedExtension>() -> [Element] {
        let types = Set((0..<count(0...3)).map { _ in UInt16(truncatingIfNeeded: next()) })
        return types.sorted().map { Element(extensionType: $0, extensionData: bytes(0...6)) }
    }
}

extension TimePrecision: Generated {
    static func random(using generator: inout SeededGenerator) -> TimePrecision {
        do {
            return try TimePrecision(seconds: UInt64.random(in: 1 ... .max, using: &generator))
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension Time: Generated {
    static func random(using generator: inout SeededGenerator) -> Time { Time(generator.next()) }
}

extension Duration: Generated {
    static func random(using generator: inout SeededGenerator) -> Duration { Duration(generator.next()) }
}

extension Interval: Generated {
    static func random(using generator: inout SeededGenerator) -> Interval {
        Interval(start: .random(using: &generator), duration: .random(using: &generator))
    }
}

extension BatchChecksum: Generated {
    static func random(using generator: inout SeededGenerator) -> BatchChecksum {
        var checksum = BatchChecksum()
        checksum.add(.random(using: &generator))
        return checksum
    }
}

extension Url: Generated {
    static func random(using generator: inout SeededGenerator) -> Url {
        do {
            return try Url(generator.bytes(1...40).map { $0 & 0x7f })
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
