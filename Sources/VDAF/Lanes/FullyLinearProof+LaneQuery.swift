import CPrioKernels

extension FullyLinearProof {
    /// `query` for eight reports side by side (VDAF §7.3.4), in memory that is made once and erased at its end.
    ///
    /// It computes the same verifier shares as `query`, in a different way where that saves work; how the formulas
    /// follow is told in `docs/eight-lanes.md`. Elements are rows of eight lanes.
    package final class LaneQuery {
        /// The measurement shares. The element in front of them is room for a wire's seed.
        package let measurement: UnsafeMutablePointer<UInt64>
        /// The proof shares and the one value of the gadget polynomial that they lack.
        package let proof: UnsafeMutablePointer<UInt64>
        package let jointRand: UnsafeMutablePointer<UInt64>
        package let queryRand: UnsafeMutablePointer<UInt64>
        /// The verifier shares, `verifierLength` elements, after `run`.
        package let verifier: UnsafeMutablePointer<UInt64>

        private let system: FullyLinearProof
        private let circuit: LaneCircuit<Field>
        private let constants: LaneConstants<Field>
        private let kernels: prio_field_kernels
        private let inverseShares: Field
        private let memory: LaneMemory
        private let factorMemory: LaneMemory
        private let basis, oddBasis, randomness, running, queryFactors: UnsafeMutablePointer<UInt64>
        /// Single elements and factors.
        private let offset, power, evens, odds, first, second, shifted: UnsafeMutablePointer<UInt64>
        private let point, powerFactor: UnsafeMutablePointer<UInt64>

        /// - Parameter inverseShares: 1/num_shares.
        package init(
            _ system: FullyLinearProof, circuit: LaneCircuit<Field>, constants: LaneConstants<Field>,
            level: KernelLevel, inverseShares: Field
        ) {
            self.system = system
            self.circuit = circuit
            self.constants = constants
            self.inverseShares = inverseShares
            let kernels = level.fieldKernels(Field.self)
            self.kernels = kernels
            let (count, calls) = (system.wireDomain.count, system.circuit.jointRandLength)
            let elementCounts = [
                1 + system.circuit.measurementLength, system.arity + 2 * count, calls, system.queryRandLength,
                system.verifierLength, 1, 1, 1, 1, 1, 1, 1,
            ]
            let factorCounts = [count, count, calls, calls, system.queryRandLength, 1, 1]
            memory = LaneMemory(rows: elementCounts.reduce(0, +) * kernels.element_words)
            factorMemory = LaneMemory(rows: factorCounts.reduce(0, +) * kernels.factor_words)
            let elements = memory.parts(elementCounts.map { $0 * kernels.element_words })
            let factors = factorMemory.parts(factorCounts.map { $0 * kernels.factor_words })
            measurement = elements[0] + kernels.element_words * LaneMemory.lanes
            (proof, jointRand, queryRand, verifier) = (elements[1], elements[2], elements[3], elements[4])
            (offset, power, evens, odds) = (elements[5], elements[6], elements[7], elements[8])
            (first, second, shifted) = (elements[9], elements[10], elements[11])
            (basis, oddBasis, randomness, running) = (factors[0], factors[1], factors[2], factors[3])
            (queryFactors, point, powerFactor) = (factors[4], factors[5], factors[6])
            for lane in 0..<LaneMemory.lanes { (-inverseShares).store(lane: offset + lane) }
        }

        /// Words from one element to the next.
        private var step: Int { kernels.element_words * LaneMemory.lanes }
        /// The values of the gadget polynomial.
        private var gadgetValues: UnsafeMutablePointer<UInt64> { proof + system.arity * step }

        /// Computes the verifier shares from measurement, proof and randomness.
        ///
        /// - Returns: the lanes, as bits, whose test point is a root of unity: their reports are invalid.
        package func run() -> UInt8 {
            let count = system.wireDomain.count
            kernels.prepare(queryRand, system.queryRandLength, queryFactors)
            let testPoint = queryFactors + (system.queryRandLength - 1) * kernels.factor_words * LaneMemory.lanes
            evaluateBasis(at: testPoint, into: basis)
            kernels.value(powerFactor, 1, power)
            // The odd 2p-th roots σ·ω^k are the p-th roots for t/σ.
            for lane in 0..<LaneMemory.lanes {
                let point = Field.load(lane: queryRand + (system.queryRandLength - 1) * step + lane)
                (point * constants.inverseShift).store(lane: shifted + lane)
            }
            kernels.prepare(shifted, 1, point)
            evaluateBasis(at: point, into: oddBasis)

            let missing = gadgetValues + (2 * count - 1) * step
            kernels.dot_constants(gadgetValues, 1, constants.missingValue, 1, 2 * count - 1, missing)
            kernels.dot(gadgetValues, 2, basis, count, evens)
            kernels.dot(gadgetValues + step, 2, oddBasis, count, odds)
            sumWires()

            var refused: UInt8 = 0
            for lane in 0..<LaneMemory.lanes where finish(lane) { refused |= 1 << UInt8(lane) }
            return refused
        }

        private func evaluateBasis(
            at point: UnsafePointer<UInt64>, into basis: UnsafeMutablePointer<UInt64>
        ) {
            kernels.lagrange(
                point, constants.roots, constants.scaledRoots, UInt32(system.wireDomain.log2), basis, powerFactor)
        }

        /// The wires at the test point, and what the circuit's output needs.
        private func sumWires() {
            let wires = verifier + step
            // Gadget outputs lie on the p-th roots but the first: on every other 2p-th root.
            let outputs = gadgetValues + 2 * step
            let calls = system.circuit.gadgetCalls
            switch circuit {
            case .square, .squares:
                for wire in 0..<system.arity {
                    (measurement - step).update(from: proof + wire * step, count: step)
                    kernels.dot(measurement - step, 1, basis, 1 + calls, wires + wire * step)
                }
                if calls == 1 {
                    first.update(from: outputs, count: step)
                } else {
                    kernels.dot(outputs, 2, queryFactors, calls, first)
                }
            case .bitVector(let chunkLength, let equation):
                kernels.prepare(jointRand, calls, randomness)
                let length = system.circuit.measurementLength
                kernels.bit_vector_wires(
                    measurement, length, chunkLength, proof, basis, randomness, offset, running, wires)
                kernels.dot_constants(outputs, 2, constants.one, 0, calls, first)
                if let equation {
                    kernels.dot_constants(
                        measurement, 1, constants.equation, equation.weights.count > 1 ? 1 : 0, length, second)
                }
            }
        }

        /// The few operations that are left for each lane; true when its test point is a root of unity.
        private func finish(_ lane: Int) -> Bool {
            var output = Field.load(lane: first + lane)
            switch circuit {
            case .square: output -= Field.load(lane: measurement + lane)
            case .squares: break
            case .bitVector(_, let equation):
                if let equation {
                    let difference = Field.load(lane: second + lane) - equation.constant * inverseShares
                    output =
                        output * Field.load(lane: queryRand + lane)
                        + difference * Field.load(lane: queryRand + step + lane)
                }
            }
            output.store(lane: verifier + lane)

            // g(t) = ½(1 + t^p)·Σ L_k(t)·y_2k + ½(1 − t^p)·Σ L_k(t/σ)·y_(2k+1)
            let power = Field.load(lane: power + lane)
            let even = Field.load(lane: evens + lane) * (.one + power)
            let odd = Field.load(lane: odds + lane) * (.one - power)
            ((even + odd) * constants.half).store(lane: verifier + (1 + system.arity) * step + lane)
            return power == .one
        }
    }
}
