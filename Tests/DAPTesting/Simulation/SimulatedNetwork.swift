import DAPMessages
import DAPRoles
import TLSCodec

/// A party's way to the others.
struct SimulatedNetwork: Transport {
    enum Sender: Hashable {
        case leader
        case collector
        /// A client, with the number of its upload.
        case client(Int)
    }

    unowned let world: SimulationWorld
    let sender: Sender

    init(world: SimulationWorld, sender: Sender) {
        self.world = world
        self.sender = sender
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        try await world.send(request, from: sender)
    }
}

extension SimulationWorld {
    func send(_ request: TransportRequest, from sender: SimulatedNetwork.Sender) async throws -> TransportResponse {
        let receiver = request.url.hasPrefix(TestDeployment.helperURL) ? SimulationParty.helper : .leader
        if request.url.hasSuffix("/hpke_config") { return try await configurations(request, of: receiver) }
        guard !frames.isEmpty, violation == nil else { throw TransportError("the run has ended") }
        if case .client(let number) = sender { noteUpload(request.body, client: number) }
        if sender == .leader {
            frames[frames.count - 1].leaderRequests += 1
            if frames[frames.count - 1].leaderRequests > Self.requestsPerStep {
                fail(.progress, "the leader sends more than \(Self.requestsPerStep) requests in a step")
            }
        }
        let trouble = frames[frames.count - 1].messageTrouble()
        record("send", receiver.rawValue, request.method.rawValue, "\(request.body.count)", trouble == nil ? "" : "!")
        if trouble != nil { injectedFaults += 1 }
        let response: TransportResponse
        switch trouble {
        case nil: response = try await deliver(request, to: receiver)
        case .loseRequest?: throw TransportError("the request got lost")
        case .loseResponse?:
            _ = try await deliver(request, to: receiver)
            throw TransportError("the response got lost")
        case .duplicate?:
            _ = try? await deliver(request, to: receiver)
            response = try await deliver(request, to: receiver)
        // The deletion of a collection job that arrives after its request came again takes the answer with it.
        case .late? where sender == .collector && request.method == .delete:
            throw TransportError("the request got lost")
        case .lateCopy? where sender == .collector && request.method == .delete:
            response = try await deliver(request, to: receiver)
        case .late?:
            lateMessages.append(LateMessage(request: request, receiver: receiver))
            throw TransportError("no response in time")
        case .lateCopy?:
            lateMessages.append(LateMessage(request: request, receiver: receiver))
            response = try await deliver(request, to: receiver)
        case .status(let status)?: return TransportResponse(status: status, contentType: "text/html")
        case .before(let steps)?:
            for step in steps { await perform(step) }
            response = try await deliver(request, to: receiver)
        case .after(let steps)?:
            response = try await deliver(request, to: receiver)
            for step in steps { await perform(step) }
        case .tampered? where sender == .collector:
            // The number of reports and their interval are nowhere but in the answer, under TLS alone.
            throw TransportError("the connection was tampered with")
        case .tampered(let tampering)?:
            response = try await deliver(request, to: receiver, tampering: tampering)
        case .lie(let lie)?:
            response = lied(lie, try await deliver(request, to: receiver))
        }
        if case .client(let number) = sender { noteUploadAnswer(response, client: number) }
        return response
    }

    /// Configurations are the same for all and may come from anywhere; two are fetched at the same time, so neither may
    /// change what happens to the other.
    private func configurations(
        _ request: TransportRequest, of receiver: SimulationParty
    ) async throws -> TransportResponse {
        let areThere = !frames.contains { $0.faults.contains(.noConfigurations) }
        guard areThere, let process = aggregators[receiver] else { throw TransportError("nobody answers") }
        let list = HpkeConfigList(process.keys.map(\.config))
        return TransportResponse(
            status: 200, contentType: MediaType.hpkeConfigList.contentType, body: try list.encoded())
    }

    /// Hands a request to a party that is up.
    func deliver(
        _ request: TransportRequest, to receiver: SimulationParty
    ) async throws -> TransportResponse {
        guard let memory = running(receiver), let generation = aggregators[receiver]?.generation else {
            throw TransportError("the connection is refused")
        }
        let base = receiver == .leader ? TestDeployment.leaderURL : TestDeployment.helperURL + "/"
        let faults = injectedFaults
        let answer = await memory.server.handle(request, path: String(request.url.dropFirst(base.count)))
        record("answer", "\(answer.status)", "\(answer.body.count)")
        let isAlive = isRunning(receiver, generation: generation)
        if answer.status == 500, faults == injectedFaults, aggregators[receiver]?.outage == nil, violation == nil {
            fail(.noOtherError, "the \(receiver.rawValue) fails at \(request.method) \(request.url)")
        }
        witness(request, answer, at: receiver, isAlive: isAlive)
        guard isAlive else { throw TransportError("the connection is gone") }
        return answer
    }

    private func witness(
        _ request: TransportRequest, _ answer: TransportResponse, at receiver: SimulationParty, isAlive: Bool
    ) {
        let body = isAlive && answer.status == 200 && !answer.body.isEmpty ? answer.body : nil
        let location = isAlive && answer.isSuccess ? answer.location : nil
        let isJob = request.url.contains("/aggregation_jobs")
        let isShare = request.url.contains("/aggregate_shares")
        check {
            switch (receiver, request.method) {
            case (.leader, .post) where request.url.hasSuffix("/reports"):
                try uploadHandled(request.body, answer, isAlive: isAlive)
            case (.helper, .post) where request.url.hasSuffix("/aggregation_jobs"):
                let isRefused = isAlive && (400..<500).contains(answer.status)
                try witness.sawJob(request.body, answer: body, location: location, isRefused: isRefused)
            case (.helper, .get) where isJob: try witness.polledJob(request.url, answer: body)
            case (.helper, .delete) where isJob: witness.deletedJob(request.url)
            case (.helper, .post) where request.url.hasSuffix("/aggregate_shares"):
                try witness.sawShare(request.body, answer: body, location: location)
                if let body { try checkAnswer(body, of: .helper) }
            case (.helper, .get) where isShare:
                try witness.polledShare(request.url, answer: body)
                if let body { try checkAnswer(body, of: .helper) }
            case (.leader, .post) where request.url.hasSuffix("/collection_jobs"):
                if let body, let location { try leaderAnswered(body, at: location) }
            case (.leader, .get) where request.url.contains("/collection_jobs/"):
                if let body { try leaderAnswered(body, at: request.url) }
            default: break
            }
            guard let problem = answer.problem else { return }
            if receiver == .helper, problem.type == PrivacyBudgetProblem.type {
                witness.refusedUncovered(request.body, at: request.url)
            }
            if problem.type == ProblemType.batchMismatch.urn, !isTampered,
                receiver == .leader || !witness.wasUncovered(request.body, at: request.url)
            {
                throw SimulationViolation(law: .agreement, detail: problem.detail)
            }
        }
    }

    private func leaderAnswered(_ answer: [UInt8], at url: String) throws {
        try checkAnswer(answer, of: .leader)
        if let earlier = collections.answers[url], earlier != answer {
            throw SimulationViolation(law: .sameAnswer, detail: "a collection job has two answers")
        }
        collections.answers[url] = answer
    }

    // MARK: - Changed messages

    private func deliver(
        _ request: TransportRequest, to receiver: SimulationParty, tampering: Tampering
    ) async throws -> TransportResponse {
        isTampered = true
        if let upload = try? UploadRequest(decoding: request.body) {
            for report in upload.reports { ledger.mayBeMissing(report.metadata.reportID) }
        }
        switch tampering {
        case .flippedRequest(let place):
            return try await deliver(request.with(body: request.body.flipped(place)), to: receiver)
        case .cutRequest(let place):
            return try await deliver(request.with(body: request.body.cut(place)), to: receiver)
        case .flippedResponse(let place):
            let response = try await deliver(request, to: receiver)
            return response.with(body: response.body.flipped(place))
        case .cutResponse(let place):
            let response = try await deliver(request, to: receiver)
            return response.with(body: response.body.cut(place))
        }
    }

    private func lied(_ lie: HelperLie, _ response: TransportResponse) -> TransportResponse {
        guard var answers = (try? AggregationJobResp(decoding: response.body))?.verifyResps, let first = answers.first
        else { return response }
        isTampered = true
        func replaced(_ outcome: VerifyResp.Outcome) -> VerifyResp {
            VerifyResp(reportID: first.reportID, outcome: outcome)
        }
        switch lie {
        case .reordered: answers.reverse()
        case .dropped: answers.removeFirst()
        case .invented:
            answers.append(VerifyResp(reportID: StoreSamples.reportID(answers.count), outcome: first.outcome))
        case .repeated: answers.append(first)
        case .flipped:
            if case .continue(let payload) = first.outcome {
                answers[0] = replaced(.continue(payload: payload.withLastBitFlipped))
            }
        case .rejected: answers[0] = replaced(.reject(.vdafVerifyError))
        case .verified:
            if let position = answers.firstIndex(where: { if case .reject = $0.outcome { true } else { false } }) {
                let payload: [UInt8] =
                    if case .continue(let payload) = first.outcome { payload } else { [0, 0, 0, 0, 0] }
                answers[position] = VerifyResp(
                    reportID: answers[position].reportID, outcome: .continue(payload: payload))
            }
        case .finished: answers[0] = replaced(.finish)
        case .tooEarly:
            answers = answers.map { VerifyResp(reportID: $0.reportID, outcome: .reject(.reportTooEarly)) }
        }
        return response.with(body: (try? AggregationJobResp(verifyResps: answers).encoded()) ?? [])
    }
}

extension TransportRequest {
    func with(body: [UInt8]) -> TransportRequest {
        TransportRequest(method, url, mediaType: mediaType, token: token, body: body)
    }
}

extension TransportResponse {
    fileprivate func with(body: [UInt8]) -> TransportResponse {
        TransportResponse(
            status: status, contentType: contentType, location: location, retryAfter: retryAfter, body: body,
            problem: problem)
    }
}

extension [UInt8] {
    /// - Parameter place: in 256ths of the length.
    fileprivate func flipped(_ place: UInt8) -> [UInt8] {
        guard !isEmpty else { return self }
        var bytes = self
        bytes[count * Int(place) / 256] ^= 1 << (place & 7)
        return bytes
    }

    fileprivate func cut(_ place: UInt8) -> [UInt8] { Array(prefix(count * Int(place) / 256)) }
}
