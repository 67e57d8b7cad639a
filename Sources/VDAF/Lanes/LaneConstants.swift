import CPrioKernels

/// A proof system's constants in the form the kernels of one level take, made once.
package struct LaneConstants<Field: NTTField>: Sendable {
    /// ω^k over the p-th roots, and ω^k/p.
    let roots: [UInt64]
    let scaledRoots: [UInt64]
    /// −σ^(i+1), i = 0 … 2p − 2, over the 2p-th roots: the missing value's weights.
    let missingValue: [UInt64]
    /// σ^k/p in the order of reversed bits: they shift coefficients to the odd 2p-th roots.
    let shifts: [UInt64]
    /// 1 alone.
    let one: [UInt64]
    /// The weights of the circuit's linear equation.
    let equation: [UInt64]
    /// 1/σ: it takes a point to where the odd 2p-th roots are the p-th roots.
    let inverseShift: Field.Multiplier
    let half: Field.Multiplier

    init(level: KernelLevel, wireLog2: Int, missingValueWeights: [Field.Multiplier], equation weights: [Field]) {
        let kernels = level.fieldKernels(Field.self)
        let count = 1 << wireLog2
        func powers(_ base: Field) -> [Field] {
            let factor = base.multiplier
            var power = Field.one
            return (0..<count).map { _ in
                defer { power = power * factor }
                return power
            }
        }
        let inverse = Field(UInt32(count)).inverse.multiplier
        let powersOfRoot = powers(Field.rootOfUnity(log2: wireLog2))
        let shift = Field.rootOfUnity(log2: wireLog2 + 1)
        let powersOfShift = powers(shift)
        roots = Self.constants(powersOfRoot, kernels)
        scaledRoots = Self.constants(powersOfRoot.map { $0 * inverse }, kernels)
        missingValue = Self.constants(missingValueWeights.map { Field($0) }, kernels)
        shifts = Self.constants(
            (0..<count).map { index in
                let reversed = (0..<wireLog2).reduce(0) { $0 << 1 | (index >> $1 & 1) }
                return powersOfShift[reversed] * inverse
            }, kernels)
        one = Self.constants([.one], kernels)
        equation = Self.constants(weights, kernels)
        inverseShift = shift.inverse.multiplier
        half = Field(2).inverse.multiplier
    }

    /// Eight elements at a time, each in a lane of its own, become factors, whose lanes are then told apart.
    private static func constants(_ elements: [Field], _ kernels: prio_field_kernels) -> [UInt64] {
        let lanes = LaneMemory.lanes
        let element = LaneMemory(rows: kernels.element_words)
        let factor = LaneMemory(rows: kernels.factor_words)
        var words = [UInt64]()
        words.reserveCapacity(elements.count * kernels.factor_words)
        for start in stride(from: 0, to: elements.count, by: lanes) {
            let end = min(start + lanes, elements.count)
            for index in start..<end { elements[index].store(lane: element.words + (index - start)) }
            kernels.prepare(element.words, 1, factor.words)
            for index in start..<end {
                for word in 0..<kernels.factor_words { words.append(factor.row(word)[index - start]) }
            }
        }
        return words
    }
}
