import DifferentialPrivacy
import Testing

@Suite struct PrivacyAmountTests {
    @Test(
        "A decimal number with at most nine decimals is an amount, and is written as it was",
        arguments: ["0", "1", "0.5", "0.000000001", "12.25", "999999999.999999999"])
    func decimal(text: String) throws {
        #expect(try #require(PrivacyAmount(decimal: text)).description == text)
    }

    @Test(
        "Anything else is not",
        arguments: [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "0x1", "0.0000000001", "1000000000", " 1", "1,5", "٣", "1.-5",
            "99999999999999999999",
        ])
    func noDecimal(text: String) { #expect(PrivacyAmount(decimal: text) == nil) }

    @Test("Ten tenths are one, exactly")
    func tenths() throws {
        let tenth = try #require(PrivacyAmount(decimal: "0.1"))
        #expect((0..<10).reduce(PrivacyAmount.zero) { sum, _ in sum + tenth } == PrivacyAmount(decimal: "1"))
        #expect(tenth.times(10) == PrivacyAmount(decimal: "1"))
    }

    @Test("Sums and products that are too large stay at the largest amount")
    func saturation() {
        let one = PrivacyAmount(billionths: 1)
        #expect(PrivacyAmount.unlimited + one == .unlimited)
        #expect(PrivacyAmount.unlimited + .unlimited == .unlimited)
        #expect(PrivacyAmount.unlimited.times(.max) == .unlimited)
        #expect(PrivacyAmount(billionths: .max) == .unlimited)
        #expect(PrivacyAmount.zero.times(.max) == .zero)
        #expect(one.less(.unlimited) == .zero)
    }

    @Test("Laplace noise of ε costs half its square in ρ, rounded up; Gaussian noise has no ε")
    func costs() throws {
        func cost(epsilon: String) throws -> PrivacyCost {
            PrivacyMechanism.laplace(epsilon: try #require(PrivacyAmount(decimal: epsilon))).costPerWindow
        }
        #expect(try cost(epsilon: "1").rho == PrivacyAmount(decimal: "0.5"))
        #expect(try cost(epsilon: "0.1").rho == PrivacyAmount(decimal: "0.005"))
        // 5·10^-19 is half a billionth of a billionth.
        #expect(try cost(epsilon: "0.000000001").rho == PrivacyAmount(billionths: 1))
        #expect(PrivacyMechanism.laplace(epsilon: .unlimited).costPerWindow.rho == .unlimited)
        let gaussian = PrivacyMechanism.gaussian(rho: PrivacyAmount(billionths: 7)).costPerWindow
        #expect(gaussian == PrivacyCost(epsilon: nil, rho: PrivacyAmount(billionths: 7)))
    }
}
