package import VDAF

/// A verified batch: report by report, and the sums of the valid ones.
package struct VerifiedBatch<Success: Sendable>: Sendable {
    /// In the order of the reports.
    package var outcomes: [Result<Success, VDAFError>] = []
    /// Encoded aggregate shares over the valid reports, by bucket.
    package var aggregateShares: [UInt64: [UInt8]] = [:]

    fileprivate mutating func append(_ slice: BatchOutcome<Success>, vdaf: Prio3) throws {
        outcomes += slice.outcomes
        for (bucket, share) in slice.aggregateShares {
            aggregateShares[bucket] = try aggregateShares[bucket].map { try vdaf.merge([$0, share]) } ?? share
        }
    }
}

/// Verification of any number of reports, in slices: between two of them others get their turn, so that a large job
/// does not keep uploads and health checks waiting for a thread.
///
/// The methods throw `CancellationError` when the surrounding task is cancelled, and what the VDAF throws when
/// it cannot add its own sums.
extension AggregatorTask {
    /// Field elements that are verified without a pause: some milliseconds' worth.
    private static let elementsPerSlice = 1 << 16
    /// Reports that are verified side by side, and the most in one slice.
    private static let smallestSlice = 8
    private static let largestSlice = 64

    private var slice: Int {
        min(max(Self.elementsPerSlice / vdaf.parameters.measurementLength, Self.smallestSlice), Self.largestSlice)
    }

    /// The leader's first step.
    package func leaderInitialize(
        _ inputs: [VerificationInput]
    ) async throws -> [Result<LeaderContinuation, VDAFError>] {
        var outcomes: [Result<LeaderContinuation, VDAFError>] = []
        try await inSlices(inputs) { slice in
            outcomes += vdaf.leaderInitialize(slice, verifyKey: verifyKeyBytes, context: vdafContext)
        }
        return outcomes
    }

    /// The leader's second and last step.
    package func leaderFinish(_ inputs: [LeaderFinishInput]) async throws -> VerifiedBatch<Void> {
        var batch = VerifiedBatch<Void>()
        try await inSlices(inputs) { slice in
            try batch.append(vdaf.leaderFinish(slice, context: vdafContext), vdaf: vdaf)
        }
        return batch
    }

    /// The helper's only step.
    package func helperInitialize(_ inputs: [VerificationInput]) async throws -> VerifiedBatch<[UInt8]> {
        var batch = VerifiedBatch<[UInt8]>()
        try await inSlices(inputs) { slice in
            try batch.append(
                vdaf.helperInitialize(slice, verifyKey: verifyKeyBytes, context: vdafContext), vdaf: vdaf)
        }
        return batch
    }

    private func inSlices<Input>(_ inputs: [Input], _ step: ([Input]) throws -> Void) async throws {
        for start in stride(from: 0, to: inputs.count, by: slice) {
            if start > 0 { await Task.yield() }
            try Task.checkCancellation()
            try step(Array(inputs[start..<min(start + slice, inputs.count)]))
        }
    }
}

extension AggregatorTask {
    /// Bytes of the leader's input shares, and of its verifier shares, in one aggregation job, about: a job is in memory while it is worked on, and
    /// verified within its lease.
    private static let bytesPerJob = 32 << 20
    /// Bytes of an encoded field element, at most (VDAF §6.1).
    private static let elementSize = 16

    /// Reports in one aggregation job of this task.
    package var reportsPerJob: Int {
        let reports = Self.bytesPerJob / (vdaf.parameters.shareLength * Self.elementSize)
        return min(max(reports, 1), LeaderLimits.reportsPerJob)
    }
}

extension Prio3Parameters {
    /// Field elements of an input share or a verifier share, about: a long chunk makes both long, whatever is measured.
    fileprivate var shareLength: Int {
        switch self {
        case .count, .sum: measurementLength
        case .sumVec(_, _, let chunkLength), .histogram(_, let chunkLength), .multihotCountVec(_, let chunkLength, _):
            measurementLength + 2 * Int(chunkLength)
        }
    }

    /// Field elements of an encoded measurement (VDAF §7.4).
    fileprivate var measurementLength: Int {
        func bits(_ maximum: UInt64) -> Int { max(1, UInt64.bitWidth - maximum.leadingZeroBitCount) }
        switch self {
        case .count: return 1
        case .sum(let maximum): return bits(maximum)
        case .sumVec(let length, let maximum, _): return max(1, Int(length)) * bits(maximum)
        case .histogram(let length, _): return max(1, Int(length))
        case .multihotCountVec(let length, _, let maxWeight): return Int(length) + bits(maxWeight)
        }
    }
}
