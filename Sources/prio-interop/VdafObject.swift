import VDAF

extension Prio3Parameters {
    /// Reads a VDAF object of the test API.
    ///
    /// The largest summand is `max_measurement`; where there is none, `bits` gives the largest number of so many bits.
    ///
    /// - Throws: `RequestFlaw`. Whether a VDAF exists for the parameters is for the VDAF to say.
    init(_ object: RequestFields) throws(RequestFlaw) {
        switch try object.text("type") {
        case "Prio3Count":
            self = .count
        case "Prio3Sum":
            self = .sum(maxMeasurement: try Self.maxMeasurement(object))
        case "Prio3SumVec":
            self = .sumVec(
                length: try object.number("length", as: UInt32.self),
                maxMeasurement: try Self.maxMeasurement(object),
                chunkLength: try object.number("chunk_length", as: UInt32.self))
        case "Prio3Histogram":
            self = .histogram(
                length: try object.number("length", as: UInt32.self),
                chunkLength: try object.number("chunk_length", as: UInt32.self))
        case "Prio3MultihotCountVec":
            self = .multihotCountVec(
                length: try object.number("length", as: UInt32.self),
                chunkLength: try object.number("chunk_length", as: UInt32.self),
                maxWeight: try object.number("max_weight"))
        default:
            throw RequestFlaw("the VDAF is none of Prio3Count, Sum, SumVec, Histogram and MultihotCountVec")
        }
    }

    private static func maxMeasurement(_ object: RequestFields) throws(RequestFlaw) -> UInt64 {
        guard object.optional("max_measurement") == nil, object.optional("bits") != nil else {
            return try object.number("max_measurement")
        }
        let bits = try object.number("bits")
        guard (1...64).contains(bits) else { throw RequestFlaw("\"bits\" must be 1 to 64") }
        return UInt64.max >> (64 - bits)
    }
}
