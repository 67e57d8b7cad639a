import DAPRoles
import Testing

@Suite struct BackoffTests {
    @Test("Pauses double from one second up to the limit")
    func doubling() {
        let pauses = (1...10).map { Backoff.pause(attempt: $0, retryAfter: nil) }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120])
        #expect((1...5).map { Backoff.pause(attempt: $0, retryAfter: nil, limit: 8) } == [1, 2, 4, 8, 8])
        for attempt in [Int.min, -1, 0] { #expect(Backoff.pause(attempt: attempt, retryAfter: nil) == 1) }
        #expect(Backoff.pause(attempt: .max, retryAfter: nil) == Backoff.longest)
    }

    @Test("A peer's wish counts when it is longer, up to the longest pause")
    func wishes() {
        #expect(Backoff.pause(attempt: 3, retryAfter: 2) == 4)
        #expect(Backoff.pause(attempt: 3, retryAfter: 50, limit: 8) == 50)
        #expect(Backoff.pause(attempt: 1, retryAfter: .max, limit: 8) == Backoff.longest)
    }
}
