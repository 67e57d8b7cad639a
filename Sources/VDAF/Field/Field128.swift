import CPrioKernels

/// GF(2^128 − 28·2^64 + 1), the field of Prio3SumVec, Prio3Histogram and Prio3MultihotCountVec (VDAF §6.1.4).
package struct Field128: NTTField {
    /// Standard form, below the modulus.
    fileprivate var value: UInt128

    fileprivate static let modulus: UInt128 = 0xffff_ffff_ffff_ffe4_0000_0000_0000_0001
    /// 2^256 mod modulus: multiplying by it (and dividing by 2^128) brings a value into Montgomery form.
    private static let montgomerySquare: UInt128 = {
        var element = Field128(reduced: 0 &- modulus)  // 2^128 mod modulus
        for _ in 0..<128 { element += element }
        return element.value
    }()

    package static var encodedSize: Int { 16 }
    package static var subgroupOrderLog2: Int { 66 }
    /// 7^4611686018427387897 (VDAF §6.1.4, `gen`).
    package static let subgroupGenerator = Field128(
        Field128(7).multiplier.power(variableTime: 4_611_686_018_427_387_897))
    package static var inversionExponent: UInt128 { modulus - 2 }
    package static var zero: Field128 { Field128(reduced: 0) }
    package static var one: Field128 { Field128(reduced: 1) }

    @inline(__always)
    fileprivate init(reduced: UInt128) { value = reduced }

    @inline(__always)
    package init(_ value: UInt32) { self.value = UInt128(value) }

    package init?(canonical value: UInt128) {
        guard value < Self.modulus else { return nil }
        self.value = value
    }

    package var integer: UInt128 { value }

    @inline(__always)
    package var multiplier: Multiplier { Multiplier(form: Self.reduceProduct(value, Self.montgomerySquare)) }
    @inline(__always)
    package init(_ multiplier: Multiplier) { self = Self.reduceProduct(multiplier.form.value, 1) }

    /// All ones when the flag is set, else zero: a mask instead of a branch.
    @inline(__always)
    private static func mask(_ flag: Bool) -> UInt128 { 0 &- UInt128(prio_hidden(flag ? 1 : 0)) }

    @inline(__always)
    package static func + (lhs: Field128, rhs: Field128) -> Field128 {
        let (difference, borrow) = lhs.value.subtractingReportingOverflow(modulus &- rhs.value)
        return Field128(reduced: difference &+ (modulus & mask(borrow)))
    }

    @inline(__always)
    package static func - (lhs: Field128, rhs: Field128) -> Field128 {
        let (difference, borrow) = lhs.value.subtractingReportingOverflow(rhs.value)
        return Field128(reduced: difference &+ (modulus & mask(borrow)))
    }

    /// Montgomery form cancels: standard × Montgomery is standard.
    @inline(__always)
    package static func * (lhs: Field128, rhs: Multiplier) -> Field128 {
        reduceProduct(lhs.value, rhs.form.value)
    }

    @inline(__always)
    package static func load(_ bytes: UnsafeRawPointer) -> Field128? {
        let low = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        let high = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let value = UInt128(high) &<< 64 | UInt128(low)
        return value < modulus ? Field128(reduced: value) : nil
    }

    @inline(__always)
    package func store(_ bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: UInt64(truncatingIfNeeded: value).littleEndian, as: UInt64.self)
        bytes.storeBytes(of: UInt64(truncatingIfNeeded: value &>> 64).littleEndian, toByteOffset: 8, as: UInt64.self)
    }

    @inline(__always)
    package static func load(lane: UnsafePointer<UInt64>) -> Field128 {
        Field128(reduced: UInt128(lane[8]) &<< 64 | UInt128(lane[0]))
    }

    @inline(__always)
    package func store(lane: UnsafeMutablePointer<UInt64>) {
        lane[0] = UInt64(truncatingIfNeeded: value)
        lane[8] = UInt64(truncatingIfNeeded: value &>> 64)
    }

    /// `a·b / 2^128 mod modulus` (Montgomery).
    ///
    /// The modulus is 1 mod 2^64, so a word `z` at the bottom is cleared by subtracting `z·modulus`,
    /// that is by adding `28·z` one word up and taking `z` away two words up. Two such steps clear
    /// the low half; what is left lies between −modulus and modulus.
    @inline(__always)
    private static func reduceProduct(_ a: UInt128, _ b: UInt128) -> Field128 {
        let (aLow, aHigh) = (UInt64(truncatingIfNeeded: a), UInt64(truncatingIfNeeded: a &>> 64))
        let (bLow, bHigh) = (UInt64(truncatingIfNeeded: b), UInt64(truncatingIfNeeded: b &>> 64))
        let lowLow = aLow.multipliedFullWidth(by: bLow)
        let lowHigh = aLow.multipliedFullWidth(by: bHigh)
        let highLow = aHigh.multipliedFullWidth(by: bLow)
        let highHigh = aHigh.multipliedFullWidth(by: bHigh)
        let middle = UInt128(lowLow.high) &+ UInt128(lowHigh.low) &+ UInt128(highLow.low)
        let word0 = lowLow.low
        let word1 = UInt64(truncatingIfNeeded: middle)
        let upper =
            (UInt128(highHigh.high) &<< 64 | UInt128(highHigh.low))
            &+ UInt128(lowHigh.high) &+ UInt128(highLow.high) &+ (middle &>> 64)

        let first = word0.multipliedFullWidth(by: 28)
        let (cleared1, carry) = word1.addingReportingOverflow(first.low)
        let second = cleared1.multipliedFullWidth(by: 28)
        let added =
            (UInt128(second.high) &<< 64 | UInt128(second.low)) &+ UInt128(first.high &+ (carry ? 1 : 0))
        let (difference, borrow) = upper.subtractingReportingOverflow(UInt128(cleared1) &<< 64 | UInt128(word0))
        let (sum, overflow) = difference.addingReportingOverflow(added)
        return Field128(reduced: sum &+ (modulus & (mask(borrow) & ~mask(overflow))))
    }

    /// An element of `Field128` times 2^128: Montgomery form.
    package struct Multiplier: FieldMultiplier {
        fileprivate var form: Field128

        @inline(__always)
        fileprivate init(form: Field128) { self.form = form }

        package static var zero: Multiplier { Multiplier(form: .zero) }
        package static let one = Field128.one.multiplier

        @inline(__always)
        package static func + (lhs: Multiplier, rhs: Multiplier) -> Multiplier { Multiplier(form: lhs.form + rhs.form) }
        @inline(__always)
        package static func - (lhs: Multiplier, rhs: Multiplier) -> Multiplier { Multiplier(form: lhs.form - rhs.form) }
        @inline(__always)
        package static func * (lhs: Multiplier, rhs: Multiplier) -> Multiplier { Multiplier(form: lhs.form * rhs) }
    }
}
