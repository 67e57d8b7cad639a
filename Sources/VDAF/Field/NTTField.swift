/// A prime field with a large multiplicative subgroup of order 2^k (VDAF §6.1).
///
/// Elements are kept in *standard form*, the integers `0 ..< modulus`, so that shares are decoded,
/// hashed and encoded without conversion. A factor that is used for multiplying is prepared once as
/// a `Multiplier`: for `Field128` that is Montgomery form, for `Field64` the element itself. A
/// product of an element and a multiplier is an element again; multipliers are closed under all
/// three operations. No operation branches or indexes on a value.
package protocol NTTField: Sendable, Equatable, BitwiseCopyable {
    /// An element prepared as a factor.
    associatedtype Multiplier: FieldMultiplier

    /// Size of an encoded element in bytes (VDAF §6.1, `ENCODED_SIZE`).
    static var encodedSize: Int { get }
    /// log2 of the order of the subgroup that `subgroupGenerator` generates (`GEN_ORDER`).
    static var subgroupOrderLog2: Int { get }
    /// The generator of that subgroup.
    static var subgroupGenerator: Self { get }
    /// The modulus less two: the exponent that inverts.
    static var inversionExponent: UInt128 { get }

    static var zero: Self { get }
    static var one: Self { get }

    /// The element of the given integer, which is below every modulus here.
    init(_ value: UInt32)
    /// The element of the given integer, or nil when it is not below the modulus. Time depends on validity only.
    init?(canonical value: UInt128)
    /// The integer in `0 ..< modulus`.
    var integer: UInt128 { get }

    /// The element prepared as a factor.
    var multiplier: Multiplier { get }
    /// The element a multiplier stands for.
    init(_ multiplier: Multiplier)

    static func + (lhs: Self, rhs: Self) -> Self
    static func - (lhs: Self, rhs: Self) -> Self
    static func * (lhs: Self, rhs: Multiplier) -> Self

    /// Reads `encodedSize` little-endian bytes; nil when the integer is not below the modulus.
    static func load(_ bytes: UnsafeRawPointer) -> Self?
    /// Writes `encodedSize` little-endian bytes.
    func store(_ bytes: UnsafeMutableRawPointer)

    /// Reads the words of one lane, 8 words apart, as the kernels wrote them: below the modulus.
    static func load(lane: UnsafePointer<UInt64>) -> Self
    /// Writes the words of one lane, 8 words apart.
    func store(lane: UnsafeMutablePointer<UInt64>)
}

/// A factor in the form a field multiplies fastest with.
package protocol FieldMultiplier: Sendable, Equatable, BitwiseCopyable {
    static var zero: Self { get }
    static var one: Self { get }
    static func + (lhs: Self, rhs: Self) -> Self
    static func - (lhs: Self, rhs: Self) -> Self
    static func * (lhs: Self, rhs: Self) -> Self
}

extension NTTField {
    @inline(__always)
    package static func * (lhs: Self, rhs: Self) -> Self { lhs * rhs.multiplier }
    @inline(__always)
    package static func += (lhs: inout Self, rhs: Self) { lhs = lhs + rhs }
    @inline(__always)
    package static func -= (lhs: inout Self, rhs: Self) { lhs = lhs - rhs }
    @inline(__always)
    package static prefix func - (value: Self) -> Self { zero - value }

    /// The multiplicative inverse by Fermat's little theorem; zero for zero.
    package var inverse: Self { Self(multiplier.power(variableTime: Self.inversionExponent)) }

    /// A primitive 2^`log2`-th root of unity (VDAF §6.1.2, `nth_root`).
    ///
    /// - Precondition: `log2` is at most `subgroupOrderLog2`.
    package static func rootOfUnity(log2: Int) -> Self {
        precondition((0...subgroupOrderLog2).contains(log2), "the field has no such root of unity")
        return Self(subgroupGenerator.multiplier.power(variableTime: UInt128(1) << UInt128(subgroupOrderLog2 - log2)))
    }
}

extension FieldMultiplier {
    /// The power; time depends on the exponent, which must be public.
    package func power(variableTime exponent: UInt128) -> Self {
        var result = Self.one
        var square = self
        var rest = exponent
        while rest != 0 {
            if rest & 1 == 1 { result = result * square }
            square = square * square
            rest >>= 1
        }
        return result
    }
}
