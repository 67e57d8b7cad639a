/// Why a text is no measurement of a metric.
///
/// It never contains the text or a part of it: the value is private, and errors end up in logs.
public enum MeasurementError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A count takes yes or no.
    case notYesOrNo
    /// A sum or an entry of a vector takes digits only.
    case notAWholeNumber
    /// Larger than the metric allows.
    case tooLarge(max: UInt64)
    /// A histogram takes a decimal number.
    case notANumber
    /// No option is called that.
    case notAnOption
    /// The same option more than once.
    case repeatedOption
    /// More options than the metric allows.
    case tooManyOptions(atMost: Int)
    /// A vector of another length than the metric's.
    case wrongLength(expected: Int)
    /// More than `CatalogLimits.measurementBytes` bytes.
    case textTooLong

    /// The reason, for people.
    public var description: String {
        switch self {
        case .notYesOrNo: "not yes or no"
        case .notAWholeNumber: "not a whole number"
        case .tooLarge(let max): "larger than the metric's max of \(max)"
        case .notANumber: "not a decimal number"
        case .notAnOption: "not one of the options"
        case .repeatedOption: "the same option more than once"
        case .tooManyOptions(let atMost): "more options than the metric's at_most of \(atMost)"
        case .wrongLength(let expected): "not exactly \(expected) numbers"
        case .textTooLong: "too long to be a measurement"
        }
    }
}
