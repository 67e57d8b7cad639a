import CPrioKernels

/// Which instructions verification and sharding use. All levels give the same bytes.
package enum KernelLevel: UInt32, CaseIterable, Sendable {
    /// Plain C.
    case portable = 0
    /// AVX2 for the XOF.
    case avx2 = 1
    /// AVX-512 with IFMA for the XOF and for arithmetic.
    case avx512 = 2

    /// The highest level that this machine has, or the one that the environment variable `PRIO_KERNELS` names
    /// (portable, avx2, avx512) when that is lower.
    package static let selected = KernelLevel(prio_selected_level())

    /// The levels that this machine has.
    package static var available: [KernelLevel] {
        let highest = KernelLevel(prio_highest_level())
        return allCases.filter { $0.rawValue <= highest.rawValue }
    }

    private init(_ level: prio_level) { self = KernelLevel(rawValue: level.rawValue) ?? .portable }

    var kernels: prio_kernels { prio_kernels_at(prio_level(rawValue: rawValue)).pointee }

    func fieldKernels<F: NTTField>(_ type: F.Type) -> prio_field_kernels {
        F.encodedSize == 8 ? kernels.field64.pointee : kernels.field128.pointee
    }

    /// The fewest reports for which eight lanes, some of them idle, are faster than one report after another.
    var smallestGroup: Int {
        switch self {
        case .portable: 6
        case .avx2: 4
        case .avx512: 2
        }
    }
}
