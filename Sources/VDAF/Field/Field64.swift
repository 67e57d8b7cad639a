import CPrioKernels

/// GF(2^64 − 2^32 + 1), the field of Prio3Count and Prio3Sum (VDAF §6.1.4).
package struct Field64: NTTField, FieldMultiplier {
    package typealias Multiplier = Field64

    /// Standard form, below the modulus.
    private var value: UInt64

    private static let modulus: UInt64 = 0xffff_ffff_0000_0001

    package static var encodedSize: Int { 8 }
    package static var subgroupOrderLog2: Int { 32 }
    /// 7^4294967295 (VDAF §6.1.4, `gen`).
    package static let subgroupGenerator = Field64(7).power(variableTime: 4_294_967_295)
    package static var inversionExponent: UInt128 { UInt128(modulus) - 2 }
    package static var zero: Field64 { Field64(reduced: 0) }
    package static var one: Field64 { Field64(reduced: 1) }

    @inline(__always)
    private init(reduced: UInt64) { value = reduced }

    @inline(__always)
    package init(_ value: UInt32) { self.value = UInt64(value) }

    package init?(canonical value: UInt128) {
        guard value < UInt128(Self.modulus) else { return nil }
        self.value = UInt64(value)
    }

    package var integer: UInt128 { UInt128(value) }

    @inline(__always)
    package var multiplier: Field64 { self }
    @inline(__always)
    package init(_ multiplier: Field64) { self = multiplier }

    /// All ones when the flag is set, else zero: a mask instead of a branch.
    @inline(__always)
    private static func mask(_ flag: Bool) -> UInt64 { 0 &- prio_hidden(flag ? 1 : 0) }

    @inline(__always)
    package static func + (lhs: Field64, rhs: Field64) -> Field64 {
        let (difference, borrow) = lhs.value.subtractingReportingOverflow(modulus &- rhs.value)
        return Field64(reduced: difference &+ (modulus & mask(borrow)))
    }

    @inline(__always)
    package static func - (lhs: Field64, rhs: Field64) -> Field64 {
        let (difference, borrow) = lhs.value.subtractingReportingOverflow(rhs.value)
        return Field64(reduced: difference &+ (modulus & mask(borrow)))
    }

    /// 2^64 ≡ 2^32 − 1 and 2^96 ≡ −1, so a 128-bit product `low + 2^64·(high₀ + 2^32·high₁)` is
    /// `low + high₀·(2^32 − 1) − high₁`; each wrap around 2^64 is worth 2^32 − 1.
    @inline(__always)
    package static func * (lhs: Field64, rhs: Field64) -> Field64 {
        let product = lhs.value.multipliedFullWidth(by: rhs.value)
        let high1 = product.high &>> 32
        let high0 = product.high & 0xffff_ffff
        let (difference, borrow) = product.low.subtractingReportingOverflow(high1)
        let lowPart = difference &- (0xffff_ffff & mask(borrow))
        let (sum, carry) = lowPart.addingReportingOverflow((high0 &<< 32) &- high0)
        let wrapped = sum &+ (0xffff_ffff & mask(carry))
        let (reduced, below) = wrapped.subtractingReportingOverflow(modulus)
        return Field64(reduced: reduced &+ (modulus & mask(below)))
    }

    @inline(__always)
    package static func load(_ bytes: UnsafeRawPointer) -> Field64? {
        let value = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        return value < modulus ? Field64(reduced: value) : nil
    }

    @inline(__always)
    package func store(_ bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: value.littleEndian, as: UInt64.self)
    }

    @inline(__always)
    package static func load(lane: UnsafePointer<UInt64>) -> Field64 { Field64(reduced: lane[0]) }

    @inline(__always)
    package func store(lane: UnsafeMutablePointer<UInt64>) { lane[0] = value }
}
