import MetricCatalog
import Testing
import VDAF

struct MetricMeasurementTests {
    /// What a measurement is, in a form that compares.
    private func numbers(_ type: String, _ text: String) throws -> [UInt64] {
        switch try CatalogText.metric(type).measurement(from: text) {
        case .integer(let number): [number]
        case .vector(let numbers): numbers
        }
    }

    @Test(arguments: [
        ("yes", UInt64(1)), ("YES", 1), ("True", 1), ("1", 1), ("no", 0), ("No", 0), ("FALSE", 0), ("0", 0),
        (" yes\r\n", 1),
    ])
    func countTakesYesOrNo(text: String, number: UInt64) throws {
        #expect(try numbers("type: count", text) == [number])
    }

    @Test(arguments: [("0", UInt64(0)), ("100", 100), ("007", 7), (" 5\n", 5), ("\t6", 6)])
    func sumTakesDigits(text: String, number: UInt64) throws {
        #expect(try numbers("type: sum\nmax: 100", text) == [number])
    }

    @Test(arguments: [
        ("-1000", UInt64(0)), ("-1e308", 0), ("-0.0001", 0), ("-0", 1), ("0", 1), ("0.0", 1), ("0.999999", 1), ("1", 2),
        ("1.0", 2), ("+1", 2), ("1.5", 2), ("2", 3), ("1.9999999999999998", 2), ("4.99", 3), ("5", 4), ("5e0", 4),
        ("1e300", 4), (".5", 1), ("1e-400", 1),
    ])
    func histogramTakesTheBucketFromItsLowerEdgeUp(text: String, bucket: UInt64) throws {
        #expect(try numbers("type: histogram\nedges: [0, 1, 2, 5]", text) == [bucket])
    }

    @Test func histogramDecidesLikeAWalkOverTheEdges() throws {
        let metric = try CatalogText.metric("type: histogram\nedges: [-2.5, -1, 0.1, 0.2, 3, 1000]")
        let edges = [-2.5, -1, 0.1, 0.2, 3, 1000]
        for step in -400...1200 {
            let value = Double(step) / 100
            var bucket = 0
            while bucket < edges.count, edges[bucket] <= value { bucket += 1 }
            guard case .integer(let found) = try metric.measurement(from: "\(value)") else {
                Issue.record("not a bucket")
                return
            }
            #expect(found == UInt64(bucket), "\(value)")
        }
    }

    @Test(arguments: [("a", UInt64(0)), ("b c", 1), (" b c ", 1), ("0/x", 2), ("e\u{301}", 3)])
    func choiceTakesAnOption(text: String, index: UInt64) throws {
        #expect(try numbers("type: choice\noptions: [a, b c, 0/x, é]", text) == [index])
    }

    @Test(arguments: [
        ("", [UInt64(0), 0, 0]), (" \n", [0, 0, 0]), ("a", [1, 0, 0]), ("c,a", [1, 0, 1]), (" c , b ", [0, 1, 1]),
    ])
    func choicesTakeAListOfOptions(text: String, numbers expected: [UInt64]) throws {
        #expect(try numbers("type: choices\noptions: [a, b, c]\nat_most: 2", text) == expected)
    }

    @Test(arguments: [("0,0,0", [UInt64(0), 0, 0]), ("1, 2 ,3\n", [1, 2, 3]), ("10,10,10", [10, 10, 10])])
    func vectorTakesAListOfWholeNumbers(text: String, numbers expected: [UInt64]) throws {
        #expect(try numbers("type: vector\nlength: 3\nmax: 10", text) == expected)
    }

    private static let sum = "type: sum\nmax: 100"
    private static let histogram = "type: histogram\nedges: [1]"
    private static let choice = "type: choice\noptions: [a, b]"
    private static let choices = "type: choices\noptions: [a, b, c]\nat_most: 2"
    private static let vector = "type: vector\nlength: 2\nmax: 9"

    @Test(arguments: [
        ("type: count", "", MeasurementError.notYesOrNo), ("type: count", "maybe", .notYesOrNo),
        ("type: count", "2", .notYesOrNo), ("type: count", "yes no", .notYesOrNo), ("type: count", "ｙｅｓ", .notYesOrNo),
        (sum, "", .notAWholeNumber), (sum, "-1", .notAWholeNumber), (sum, "+1", .notAWholeNumber),
        (sum, "1.0", .notAWholeNumber), (sum, "1e1", .notAWholeNumber), (sum, "0x10", .notAWholeNumber),
        (sum, "1 0", .notAWholeNumber), (sum, "٣", .notAWholeNumber), (sum, "1_0", .notAWholeNumber),
        (sum, "101", .tooLarge(max: 100)), (sum, "18446744073709551616", .tooLarge(max: 100)),
        (sum, "99999999999999999999999999999999999", .tooLarge(max: 100)),
        (histogram, "", .notANumber), (histogram, "nan", .notANumber), (histogram, "inf", .notANumber),
        (histogram, "-infinity", .notANumber), (histogram, "0x1p3", .notANumber), (histogram, "1e999", .notANumber),
        (histogram, "1,5", .notANumber), (histogram, ".", .notANumber), (histogram, "1e", .notANumber),
        (histogram, "--1", .notANumber), (histogram, "e5", .notANumber),
        (choice, "", .notAnOption), (choice, "A", .notAnOption), (choice, "a,b", .notAnOption),
        (choice, "c", .notAnOption),
        (choices, "a,d", .notAnOption), (choices, "a,", .notAnOption), (choices, ",", .notAnOption),
        (choices, "a,a", .repeatedOption), (choices, "a,b,c", .tooManyOptions(atMost: 2)),
        (vector, "", .wrongLength(expected: 2)), (vector, "1", .wrongLength(expected: 2)),
        (vector, "1,2,3", .wrongLength(expected: 2)), (vector, "1,", .notAWholeNumber),
        (vector, "1,x", .notAWholeNumber),
        (vector, "1,10", .tooLarge(max: 9)),
    ])
    func otherTextIsRefusedForAReason(type: String, text: String, reason: MeasurementError) throws {
        let metric = try CatalogText.metric(type)
        #expect(throws: reason) { try metric.measurement(from: text) }
    }

    @Test(arguments: [
        ("type: count", "yes"), (sum, "100"), (histogram, "7"), (choice, "b"), (choices, "a,c"), (choices, ""),
        (vector, "9,0"),
    ])
    func vdafTakesTheMeasurement(type: String, text: String) throws {
        let metric = try CatalogText.metric(type)
        let vdaf = try Prio3(metric.parameters)
        #expect(throws: Never.self) {
            try vdaf.shard(
                metric.measurement(from: text), context: [], nonce: [UInt8](repeating: 0, count: Prio3.nonceSize),
                random: [UInt8](repeating: 0, count: vdaf.randomSize))
        }
    }

    @Test func veryLongTextIsRefused() throws {
        let long = String(repeating: "1,", count: CatalogLimits.measurementBytes)
        #expect(throws: MeasurementError.textTooLong) { try CatalogText.metric(Self.vector).measurement(from: long) }
        let digits = String(repeating: "1", count: 100_000)
        #expect(throws: MeasurementError.notANumber) {
            try CatalogText.metric(Self.histogram).measurement(from: digits)
        }
        #expect(throws: MeasurementError.tooLarge(max: 100)) {
            try CatalogText.metric(Self.sum).measurement(from: digits)
        }
    }

    @Test func errorsNeverContainTheValue() throws {
        for type in ["type: count", Self.sum, Self.histogram, Self.choice, Self.choices, Self.vector] {
            let metric = try CatalogText.metric(type)
            for secret in ["secret-7391", "7391", "-7391", "7391,7391", "a,secret-7391", "1,7391", "7391e7391"] {
                do {
                    _ = try metric.measurement(from: secret)
                } catch {
                    for text in ["\(error)", String(reflecting: error), error.description] {
                        #expect(!text.contains("7391") && !text.contains("secret"), "\(type)")
                    }
                }
            }
        }
    }
}
