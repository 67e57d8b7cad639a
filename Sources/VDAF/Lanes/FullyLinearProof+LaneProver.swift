import CPrioKernels

extension FullyLinearProof {
    /// `prove` for eight measurements side by side (VDAF §7.3.3), in memory that is made once and erased at its end.
    ///
    /// All five circuits' gadgets are sums of products of two wires (x² − x is x·(x − 1)), so each pair of wires is
    /// multiplied on the p-th roots, where their values are known, then extended to the odd 2p-th roots and multiplied
    /// there. Elements are rows of eight lanes.
    package final class LaneProver {
        /// Encoded measurements.
        package let measurement: UnsafeMutablePointer<UInt64>
        package let proveRand: UnsafeMutablePointer<UInt64>
        package let jointRand: UnsafeMutablePointer<UInt64>
        /// The proofs after `run`, `proofLength` elements; there is room for one more.
        package let proof: UnsafeMutablePointer<UInt64>

        private let system: FullyLinearProof
        private let circuit: LaneCircuit<Field>
        private let constants: LaneConstants<Field>
        private let kernels: prio_field_kernels
        private let memory: LaneMemory
        private let factorMemory: LaneMemory
        /// As many elements as there are points in a wire's domain.
        private let leftValues, rightValues: UnsafeMutablePointer<UInt64>
        private let minusOne: UnsafeMutablePointer<UInt64>
        private let measurementFactors, seeds, randomness, running, offset: UnsafeMutablePointer<UInt64>
        private let left, right, evenSums, oddSums: UnsafeMutablePointer<UInt64>

        package init(
            _ system: FullyLinearProof, circuit: LaneCircuit<Field>, constants: LaneConstants<Field>,
            level: KernelLevel
        ) {
            self.system = system
            self.circuit = circuit
            self.constants = constants
            let kernels = level.fieldKernels(Field.self)
            self.kernels = kernels
            let (count, calls) = (system.wireDomain.count, system.circuit.jointRandLength)
            let length = system.circuit.measurementLength
            let elementCounts = [length, system.arity, calls, system.arity + 2 * count, count, count, 1]
            let factorCounts = [length, system.arity, calls, calls, 1, count, count, count, count]
            memory = LaneMemory(rows: elementCounts.reduce(0, +) * kernels.element_words)
            factorMemory = LaneMemory(rows: factorCounts.reduce(0, +) * kernels.factor_words)
            let elements = memory.parts(elementCounts.map { $0 * kernels.element_words })
            let factors = factorMemory.parts(factorCounts.map { $0 * kernels.factor_words })
            (measurement, proveRand, jointRand, proof) = (elements[0], elements[1], elements[2], elements[3])
            (leftValues, rightValues, minusOne) = (elements[4], elements[5], elements[6])
            (measurementFactors, seeds, randomness, running) = (factors[0], factors[1], factors[2], factors[3])
            (offset, left, right, evenSums, oddSums) = (factors[4], factors[5], factors[6], factors[7], factors[8])
            for lane in 0..<LaneMemory.lanes { (-Field.one).store(lane: minusOne + lane) }
            kernels.prepare(minusOne, 1, offset)
        }

        /// Words from one element to the next.
        private var step: Int { kernels.element_words * LaneMemory.lanes }

        /// Computes the proofs from measurements and randomness.
        package func run() {
            let count = system.wireDomain.count
            let words = count * kernels.factor_words * LaneMemory.lanes
            evenSums.update(repeating: 0, count: words)
            oddSums.update(repeating: 0, count: words)
            switch circuit {
            case .square, .squares: multiplySquares()
            case .bitVector(let chunkLength, _): multiplyBitVector(chunkLength)
            }
            proof.update(from: proveRand, count: system.arity * step)
            kernels.value(evenSums, count, leftValues)
            kernels.value(oddSums, count, rightValues)
            let values = proof + system.arity * step
            for index in 0..<count {
                (values + 2 * index * step).update(from: leftValues + index * step, count: step)
                (values + (2 * index + 1) * step).update(from: rightValues + index * step, count: step)
            }
        }

        /// Adds the product of the wires `left` and `right` to the sums, on even and odd roots.
        private func multiplyPair() {
            let domain = system.wireDomain
            kernels.multiply_add(left, right, domain.count, evenSums)
            for wire in [left, right] {
                kernels.extend(wire, constants.roots, constants.shifts, UInt32(domain.log2))
            }
            kernels.multiply_add(left, right, domain.count, oddSums)
        }

        private func multiplyBitVector(_ chunkLength: Int) {
            let length = system.circuit.measurementLength
            kernels.prepare(measurement, length, measurementFactors)
            kernels.prepare(proveRand, system.arity, seeds)
            kernels.prepare(jointRand, system.circuit.jointRandLength, randomness)
            for place in 0..<chunkLength {
                kernels.bit_vector_inputs(
                    measurementFactors, length, chunkLength, place, seeds, randomness, offset, running,
                    system.wireDomain.count, left, right)
                multiplyPair()
            }
        }

        /// x·x with wires of their own, or x·(x − 1) with one wire.
        private func multiplySquares() {
            let (count, calls) = (system.wireDomain.count, system.circuit.gadgetCalls)
            let words = count * step
            leftValues.update(repeating: 0, count: words)
            leftValues.update(from: proveRand, count: step)
            (leftValues + step).update(from: measurement, count: calls * step)
            rightValues.update(from: leftValues, count: words)
            if system.arity > 1 {
                rightValues.update(from: proveRand + step, count: step)
            } else {
                for lane in 0..<LaneMemory.lanes {
                    for index in 0..<count {
                        let value = rightValues + index * step + lane
                        (Field.load(lane: value) - .one).store(lane: value)
                    }
                }
            }
            kernels.prepare(leftValues, count, left)
            kernels.prepare(rightValues, count, right)
            multiplyPair()
        }
    }
}
