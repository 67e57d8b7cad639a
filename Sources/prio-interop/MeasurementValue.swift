import DAPRoles
import VDAF

extension Prio3Measurement {
    /// Longest vector of a measurement, in elements.
    private static let longestVector = 1 << 20

    /// Reads a measurement of the test API: a number, or an array of numbers, mostly written as strings. Where only 0 and
    /// 1 make sense, `false` and `true` will do.
    ///
    /// - Throws: `RequestFlaw`, without the value. Whether the number or the length fits is for the VDAF to say.
    init(_ value: JSONValue, for parameters: Prio3Parameters) throws(RequestFlaw) {
        switch parameters {
        case .count:
            self = .integer(try Self.number(value, orBool: true))
        case .sum, .histogram:
            self = .integer(try Self.number(value, orBool: false))
        case .sumVec, .multihotCountVec:
            guard case .array(let values) = value, values.count <= Self.longestVector else {
                throw RequestFlaw("\"measurement\" must be an array")
            }
            var isChoice = false
            if case .multihotCountVec = parameters { isChoice = true }
            var numbers: [UInt64] = []
            numbers.reserveCapacity(values.count)
            for value in values { numbers.append(try Self.number(value, orBool: isChoice)) }
            self = .vector(numbers)
        }
    }

    private static func number(_ value: JSONValue, orBool: Bool) throws(RequestFlaw) -> UInt64 {
        if let number = value.wholeNumber { return number }
        if orBool, case .bool(let truth) = value { return truth ? 1 : 0 }
        throw RequestFlaw("\"measurement\" must be made of whole numbers in strings")
    }
}

extension JSONValue {
    /// An aggregate as the test API shows it: a number in a string, or an array of them.
    init(_ result: AggregateValue) {
        switch result {
        case .integer(let number): self = .string("\(number)")
        case .vector(let numbers): self = .array(numbers.map { .string("\($0)") })
        }
    }
}
