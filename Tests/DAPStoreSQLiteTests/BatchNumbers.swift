import DAPMessages
import DAPTesting
import Synchronization

/// Gives IDs of batches, one number after the other.
final class BatchNumbers: Sendable {
    private let following: Atomic<Int>

    init(from first: Int) { following = Atomic(first) }

    func next() -> BatchID { StoreSamples.batchID(following.add(1, ordering: .relaxed).oldValue) }
}
