import Foundation
import FuzzTargets
import Testing

/// `PRIO_WRITE_CORPORA=1 scripts/test --filter FuzzCorpusTests` writes the seeds anew, after a message has changed.
@Suite struct CorpusReplayTests {
    /// Inputs of a target whose beginnings are run, and how many beginnings of each.
    private static let shortenedInputs = 8
    private static let beginnings = 12
    /// Changed inputs of a target.
    private static let mutations = 100

    @Test("The corpora hold the messages that the roles send today", arguments: FuzzTarget.allCases)
    func seeds(target: FuzzTarget) async throws {
        let corpus = Corpus(target)
        let seeds = try await target.seeds()
        if ProcessInfo.processInfo.environment["PRIO_WRITE_CORPORA"] == "1" {
            for seed in seeds { try corpus.write(seed) }
        }
        let inputs = try corpus.inputs()
        for seed in seeds {
            let isKept = inputs[seed.name] == seed.bytes
            #expect(isKept, "\(target.rawValue)/\(seed.name)")
            #expect(try await target.run(seed.bytes) == seed.verdict, "\(target.rawValue)/\(seed.name)")
        }
    }

    @Test("What fuzzing found breaks no law", arguments: FuzzTarget.allCases)
    func found(target: FuzzTarget) async throws {
        let seeds = Set(try await target.seeds().map(\.name))
        for (name, bytes) in try Corpus(target).inputs() where !seeds.contains(name) {
            await run(target, bytes, "\(target.rawValue)/\(name)")
        }
    }

    @Test("The beginning of a message breaks no law", arguments: FuzzTarget.allCases)
    func beginnings(target: FuzzTarget) async throws {
        for seed in try await target.seeds().prefix(Self.shortenedInputs) {
            for part in 0..<Self.beginnings {
                let count = seed.bytes.count * part / Self.beginnings
                await run(target, Array(seed.bytes.prefix(count)), "the first \(count) bytes of \(seed.name)")
            }
        }
    }

    @Test("A changed message breaks no law", arguments: FuzzTarget.allCases)
    func mutations(target: FuzzTarget) async throws {
        let seed = UInt64.random(in: .min ... .max)
        var mutator = Mutator(seed: seed)
        let inputs = try await target.seeds().map(\.bytes)
        for number in 0..<Self.mutations {
            await run(target, mutator.mutate(inputs), "mutation \(number) of seed \(seed)")
        }
    }

    private func run(_ target: FuzzTarget, _ bytes: [UInt8], _ name: String) async {
        await #expect(throws: Never.self, "\(name)") { try await target.run(bytes) }
    }
}
