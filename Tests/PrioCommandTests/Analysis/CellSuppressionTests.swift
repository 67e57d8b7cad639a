import MetricCatalog
import PrioCommand
import Testing

@Suite("Which numbers are not shown")
struct CellSuppressionTests {
    private func hidden(_ type: MetricType, _ values: [Int128], reports: UInt64, floor: UInt64 = 10) -> [Bool] {
        CellSuppression(type, floor: floor).hidden(values, reports: reports)
    }

    @Test("A count hides few who said yes, and few who did not")
    func count() {
        #expect(hidden(.count, [10], reports: 20) == [false])
        #expect(hidden(.count, [9], reports: 100) == [true])
        #expect(hidden(.count, [91], reports: 100) == [true])
        #expect(hidden(.count, [0], reports: 100) == [true])
        #expect(hidden(.count, [0], reports: 100, floor: 0) == [false])
    }

    @Test("Of numbers that add up to the report count a single one is never hidden, nor so few that they are known")
    func parts() {
        let three = histogram(3)
        #expect(hidden(three, [10, 20, 30], reports: 60) == [false, false, false])
        #expect(hidden(three, [9, 20, 30], reports: 59) == [true, true, false])
        #expect(hidden(three, [4, 5, 30], reports: 39) == [true, true, true])
        #expect(hidden(histogram(4), [5, 5, 40, 30], reports: 80) == [true, true, false, true])
        #expect(
            hidden(histogram(4), [5, 30, 40, 30], reports: 105) == [true, true, false, true], "equal ones look alike")
        #expect(hidden(three, [0, 0, 30], reports: 30) == [true, true, true])
        #expect(hidden(.choice(options: ["a", "b"]), [3, 30], reports: 33) == [true, true])
    }

    @Test("An option that few took is hidden, also one that few did not take, and what leaves no room for others")
    func choices() {
        #expect(hidden(severalOf(3, 3), [9, 50, 91], reports: 100) == [true, false, true])
        #expect(hidden(severalOf(3, 1), [5, 50, 43], reports: 100) == [true, false, true], "at most seven are left")
        #expect(hidden(severalOf(3, 1), [5, 40, 40], reports: 100) == [true, false, false])
    }

    @Test("Sums and vectors are no numbers of people; with a promise nothing is hidden")
    func others() throws {
        #expect(hidden(.sum(max: 9), [1], reports: 100) == [false])
        #expect(hidden(.vector(length: 2, max: 9), [1, 0], reports: 100) == [false, false])
        #expect(try CellSuppression(Metrics.metric("sick")).hidden([-3], reports: 100) == [false])
        #expect(try CellSuppression(Metrics.metric("rare")).hidden([3], reports: 100) == [true])
    }

    /// All results of so many reports.
    private func results(_ type: MetricType, cells: Int, reports: Int) -> [[Int128]] {
        var all: [[Int128]] = [[]]
        for _ in 0..<cells {
            all = all.flatMap { start in (0...reports).map { start + [Int128($0)] } }
        }
        return all.filter { values in
            switch type {
            case .choices(_, let atMost): values.reduce(0, +) <= Int128(reports * atMost)
            case .count: true
            default: values.reduce(0, +) == Int128(reports)
            }
        }
    }

    @Test(
        "What is shown never determines a hidden number below the floor",
        arguments: [
            (MetricType.count, 1, 9), (histogram(2), 2, 12), (histogram(3), 3, 12), (histogram(4), 4, 10),
            (severalOf(2, 1), 2, 9), (severalOf(3, 1), 3, 8), (severalOf(3, 2), 3, 6), (severalOf(3, 3), 3, 6),
        ])
    func law(type: MetricType, cells: Int, mostReports: Int) {
        for reports in 1...mostReports {
            for floor in 2...5 {
                let suppression = CellSuppression(type, floor: UInt64(floor))
                var views: [[Int128?]: [[Int128]]] = [:]
                for values in results(type, cells: cells, reports: reports) {
                    let hidden = suppression.hidden(values, reports: UInt64(reports))
                    #expect(zip(values, hidden).allSatisfy { $1 || $0 >= floor })
                    views[zip(values, hidden).map { $1 ? nil : $0 }, default: []].append(values)
                }
                for (view, possible) in views {
                    for cell in view.indices where view[cell] == nil {
                        let numbers = Set(possible.map { $0[cell] })
                        let isSmall = numbers.contains { $0 < floor }
                        #expect(!isSmall || numbers.count > 1, "\(type), \(reports) reports, floor \(floor): \(view)")
                    }
                }
            }
        }
    }
}

private func histogram(_ cells: Int) -> MetricType { .histogram(edges: (1..<cells).map(Double.init)) }

private func severalOf(_ cells: Int, _ atMost: Int) -> MetricType {
    .choices(options: (0..<cells).map { "\($0)" }, atMost: atMost)
}
