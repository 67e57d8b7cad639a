import DAPMessages
import MetricCatalog
import PrioCommand
import Testing

@Suite("Windows")
struct WindowSelectionTests {
    private static let day: UInt64 = 86_400

    private func named(
        _ from: UInt64, _ to: UInt64?, merged: Bool = false, precision: UInt64 = day, now: UInt64 = 100 * day
    ) throws -> [ClosedRange<UInt64>] {
        try WindowSelection.named(
            from: Timestamp(posixSeconds: from), to: to.map { Timestamp(posixSeconds: $0) }, merged: merged,
            precision: precision, now: now
        ).windows.map { $0.first...($0.first + $0.count - 1) }
    }

    @Test("Without names they are the last that have ended")
    func closed() {
        let windows = WindowSelection.closed(precision: Self.day, now: 100 * Self.day + 1).windows
        #expect(windows.map(\.first) == Array(68..<100))
        #expect(WindowSelection.closed(precision: Self.day, now: 100 * Self.day).windows.last?.first == 99)
        #expect(WindowSelection.closed(precision: Self.day, now: 2 * Self.day).windows.map(\.first) == [0, 1])
        #expect(WindowSelection.closed(precision: Self.day, now: 5).windows.isEmpty)
    }

    @Test("Without names they are those of the metric's period")
    func closedInPeriod() {
        func closed(_ period: Range<UInt64>, now: UInt64) -> [UInt64] {
            WindowSelection.closed(
                precision: Self.day, now: now * Self.day,
                period: (period.lowerBound * Self.day)..<(period.upperBound * Self.day)
            ).windows.map(\.first)
        }
        #expect(closed(90..<95, now: 100) == [90, 91, 92, 93, 94])
        #expect(closed(90..<95, now: 93) == [90, 91, 92])
        #expect(closed(90..<95, now: 90).isEmpty)
        #expect(closed(90..<95, now: 5).isEmpty)
        #expect(closed(10..<95, now: 1000) == Array(63..<95))
    }

    @Test("Named ones are all with a second between the bounds")
    func bounds() throws {
        let day = Self.day
        #expect(try named(10 * day, 12 * day) == [10...10, 11...11])
        #expect(try named(10 * day + 1, 11 * day) == [10...10])
        #expect(try named(11 * day - 1, 11 * day + 1) == [10...10, 11...11])
        #expect(try named(10 * day, 10 * day + 1) == [10...10])
        #expect(try named(0, 1) == [0...0])
    }

    @Test("Merged ones are one batch")
    func merged() throws {
        #expect(try named(10 * Self.day, 13 * Self.day, merged: true) == [10...12])
    }

    @Test("Without an end they go up to those that have ended")
    func openEnd() throws {
        #expect(try named(98 * Self.day, nil) == [98...98, 99...99])
        #expect(throws: WindowSelectionError.notClosed) { try named(100 * Self.day, nil) }
    }

    @Test("Bounds that name nothing, or too much, are refused")
    func refusal() {
        #expect(throws: WindowSelectionError.empty) { try named(5, 5) }
        #expect(throws: WindowSelectionError.empty) { try named(6, 5) }
        #expect(throws: WindowSelectionError.tooMany(1001)) { try named(0, 1001, precision: 1) }
        #expect(throws: WindowSelectionError.tooLate) { try named(0, Timestamp.last, merged: true) }
    }

    @Test("A window is open until its last second has passed")
    func open() throws {
        let selection = try WindowSelection.named(
            from: Timestamp(posixSeconds: 0), to: Timestamp(posixSeconds: 3 * Self.day), merged: false,
            precision: Self.day, now: 0)
        #expect(selection.open(now: 2 * Self.day).map(\.first) == [2])
        #expect(selection.open(now: 2 * Self.day - 1).map(\.first) == [1, 2])
    }

    @Test("A window that does not fit 64-bit seconds is none")
    func range() {
        #expect(TimeWindow(first: .max, count: 1, precision: 1) == nil)
        #expect(TimeWindow(first: .max / 2, count: 1, precision: 3) == nil)
        #expect(TimeWindow(first: 0, count: 0, precision: 1) == nil)
        #expect(TimeWindow(first: 0, count: 1, precision: 0) == nil)
    }
}
