import DAPMessages
import DAPRoles
import DAPTesting
import VDAF

extension FuzzWorld {
    /// The messages of a collection, by the first byte of an input.
    enum CollectionMessage: UInt8, CaseIterable {
        /// `CollectionJobReq`, from the collector to the leader.
        case jobRequest
        /// `CollectionJobResp`, the leader's answer.
        case jobResponse
        /// `AggregateShareReq`, from the leader to the helper.
        case shareRequest
        /// `AggregateShare`, the helper's answer.
        case share
    }

    /// ```
    /// message    1 byte, see CollectionMessage
    /// task       1 byte
    /// …          as at the message's function
    /// ```
    func collection(_ input: FuzzInput) async throws -> FuzzVerdict {
        var input = input
        let message = CollectionMessage.allCases[input.choice(of: CollectionMessage.allCases.count)]
        let task = tasks[input.choice(of: tasks.count)]
        let parties = FuzzParties(self)
        let verdict =
            switch message {
            case .jobRequest: try await collectionJobRequest(input, task, parties)
            case .jobResponse: try await collectionJobResponse(input, task, parties)
            case .shareRequest: try await aggregateShareRequest(input, task, parties)
            case .share: try await aggregateShare(input, task, parties)
            }
        try parties.checkOrigins()
        return verdict
    }

    /// ```
    /// request    a CollectionJobReq
    /// ```
    private func collectionJobRequest(
        _ input: FuzzInput, _ task: TestTask, _ parties: FuzzParties
    ) async throws -> FuzzVerdict {
        var input = input
        let body = input.rest()
        let request = try decoded(CollectionJobReq.self, body)
        if request != nil { try await parties.aggregateHonestReports(of: task, in: self) }
        let handler = parties.collection
        guard let (id, state) = try await unlessRefused({ try await handler.create(task: task.id, body: body) }) else {
            return .refused
        }
        guard let request else { throw LawBroken("a collection job that does not decode is refused") }
        try expect(state == .pending, "a new job is pending")
        try expect(try await handler.create(task: task.id, body: body).0 == id, "the same request is the same job")
        try await parties.step(pauses: 2)
        let end = try await handler.job(task: task.id, id: id)
        var isCollected = false
        switch end {
        case .pending: throw LawBroken("a job over aggregated reports comes to an end")
        case .failed: break
        case .finished(let bytes):
            let response = try CollectionJobResp(decoding: bytes)
            let result = try task.collector.result(of: response, for: request)
            try expect(result.reportCount == Self.honestReports, "all reports count")
            guard let total = Prio3AggregateResult(result.result) else { throw LawBroken("totals are not below zero") }
            try expect(task.client.vdaf.parameters.allows(total, of: result.reportCount), "totals are possible")
            isCollected = true
        }
        try await handler.delete(task: task.id, id: id)
        let deleted = try await unlessRefused { try await handler.job(task: task.id, id: id) }
        try expect(deleted == nil, "a deleted job is gone")
        return isCollected ? .accepted : .refused
    }

    /// ```
    /// is_open    1 byte: whether the aggregate shares are still to be sealed
    /// script     a PeerScript whose body is a CollectionJobResp
    /// ```
    private func collectionJobResponse(
        _ input: FuzzInput, _ task: TestTask, _ parties: FuzzParties
    ) async throws -> FuzzVerdict {
        var input = input
        let isOpen = input.choice(of: 2) == 1
        let script = PeerScript(&input, mediaType: .collectionJobResp)
        let request = CollectionJobReq(query: query(task))
        let response = try decoded(CollectionJobResp.self, script.body)
        if isOpen, let response {
            let sealed = try sealed(response, for: request, task: task)
            do {
                let result = try task.collector.result(of: sealed, for: request)
                try expect(result.reportCount >= Self.minBatchSize, "nothing is released of fewer reports")
                return .accepted
            } catch is CollectionFailure {
                return .refused
            }
        }
        parties.transport.setWeather(script.weather("/collection_jobs"))
        let collector = Collector(
            task: task.collector, token: keys.collectorToken, transport: FoldingTransport(parties.transport),
            clock: parties.clock)
        do {
            let batch = try await collector.collect(request.query, patience: 100)
            try expect(response != nil && script.isSuccess, "a result comes from an answer")
            if let jobURL = batch.jobURL { try await collector.delete(jobURL: jobURL) }
            return .accepted
        } catch is CollectionFailure {
            return .refused
        }
    }

    /// ```
    /// is_later   1 byte: whether the helper answers later
    /// request    an AggregateShareReq; the honest reports' batch ID is the same each time
    /// ```
    private func aggregateShareRequest(
        _ input: FuzzInput, _ task: TestTask, _ parties: FuzzParties
    ) async throws -> FuzzVerdict {
        var input = input
        let isLater = input.choice(of: 2) == 1
        let body = input.rest()
        let request = try decoded(AggregateShareReq.self, body)
        if request != nil { try await parties.aggregateHonestReports(of: task, in: self) }
        let helper = isLater ? parties.deferringHelper : parties.helper
        let created = try await unlessRefused { try await helper.createAggregateShare(task: task.id, body: body) }
        guard let (id, first) = created else { return .refused }
        try expect(request != nil, "a request that does not decode is refused")
        try expect(!isLater || first == .pending, "a request that is answered later is pending at first")
        try await parties.step()
        let later = try await helper.aggregateShare(task: task.id, id: id)
        try expect(isLater || first == later, "an aggregate share's representation stays")
        switch later {
        case .pending: throw LawBroken("a request that was taken on is answered")
        case .failed: return .refused
        case .answered(let answer):
            try expect(try decoded(AggregateShare.self, answer) != nil, "the helper's aggregate share decodes")
            let again = try await helper.createAggregateShare(task: task.id, body: body)
            try expect(again.0 == id && again.1 == later, "the same request has the same answer")
        }
        try await helper.deleteAggregateShare(task: task.id, id: id)
        let deleted = try await unlessRefused { try await helper.aggregateShare(task: task.id, id: id) }
        try expect(deleted == nil, "a deleted aggregate share is gone")
        return .accepted
    }

    /// ```
    /// script     a PeerScript whose body is an AggregateShare
    /// ```
    private func aggregateShare(
        _ input: FuzzInput, _ task: TestTask, _ parties: FuzzParties
    ) async throws -> FuzzVerdict {
        var input = input
        let script = PeerScript(&input, mediaType: .aggregateShare)
        let share = try decoded(AggregateShare.self, script.body)
        try await parties.aggregateHonestReports(of: task, in: self)
        let body = try CollectionJobReq(query: query(task)).encoded()
        let (id, _) = try await parties.collection.create(task: task.id, body: body)
        parties.transport.setWeather(script.weather("/aggregate_shares"))
        try await parties.step(pauses: 2)
        if case .finished(let bytes) = try await parties.collection.job(task: task.id, id: id) {
            let response = try CollectionJobResp(decoding: bytes)
            try expect(
                response.helperEncryptedAggregateShare == share?.encryptedAggregateShare && script.isSuccess,
                "the helper's share is handed on as it came")
            return .accepted
        }
        // Whatever the helper did, once it is honest the batch can be collected, if the job under way fails by the next one.
        parties.transport.setWeather(nil)
        for _ in 0..<2 {
            let (again, _) = try await parties.collection.create(task: task.id, body: body)
            try await parties.step(pauses: 3)
            if case .finished = try await parties.collection.job(task: task.id, id: again) { return .refused }
        }
        throw LawBroken("no failure makes a batch uncollectable")
    }
}

extension Prio3Parameters {
    /// Whether a number of valid measurements can add up to a result.
    func allows(_ result: Prio3AggregateResult, of reports: UInt64) -> Bool {
        let reports = UInt128(reports)
        return switch (self, result) {
        case (.count, .integer(let count)): count <= reports
        case (.sum(let maximum), .integer(let sum)): sum <= reports * UInt128(maximum)
        case (.sumVec(let length, let maximum, _), .vector(let sums)):
            sums.count == length && sums.allSatisfy { $0 <= reports * UInt128(maximum) }
        case (.histogram(let length, _), .vector(let counts)):
            counts.count == length && counts.allSatisfy { $0 <= reports } && counts.reduce(0, +) == reports
        case (.multihotCountVec(let length, _, let weight), .vector(let counts)):
            counts.count == length && counts.allSatisfy { $0 <= reports }
                && counts.reduce(0, +) <= reports * UInt128(weight)
        default: false
        }
    }
}

extension Prio3AggregateResult {
    /// The same numbers; nil when one is below zero.
    fileprivate init?(_ value: AggregateValue) {
        let numbers = value.numbers.compactMap { UInt128(exactly: $0) }
        guard numbers.count == value.numbers.count else { return nil }
        switch value {
        case .integer: self = .integer(numbers[0])
        case .vector: self = .vector(numbers)
        }
    }
}
