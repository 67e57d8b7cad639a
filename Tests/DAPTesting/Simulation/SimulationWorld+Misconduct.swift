import DAPMessages
import DAPRoles

extension SimulationWorld {
    /// Uses the leader's token for what an honest leader does not do. The helper has to hold its own.
    func misbehave(_ misconduct: LeaderMisconduct) async {
        isTampered = true
        switch misconduct {
        case .rewind(let index):
            guard let body = witness.jobRequests.item(index) else { return }
            if let location = witness.location(ofJob: body) { await ask(.delete, location) }
            await askForJob(body)
        case .changeJob(let index, let change):
            guard let body = witness.jobRequests.item(index), let changed = changed(body, change) else { return }
            await askForJob(changed)
        case .askForShare(let first, let units, let countError):
            await askForShare(interval(first: first, units: units), countError: countError)
        case .changeShareRequest(let index, let countError, let unitsMore):
            guard let body = witness.shareRequests.item(index), let request = try? AggregateShareReq(decoding: body)
            else { return }
            var selector = request.batchSelector
            if case .timeInterval(let config) = selector {
                let duration = config.batchInterval.duration.value &+ UInt64(bitPattern: Int64(unitsMore))
                selector = .timeInterval(
                    TimeIntervalBatchSelectorConfig(
                        batchInterval: Interval(start: config.batchInterval.start, duration: Duration(duration))))
            }
            await ask(
                AggregateShareReq(
                    collectionJobReq: CollectionJobReq(query: query(of: selector)), batchSelector: selector,
                    reportCount: request.reportCount &+ UInt64(bitPattern: Int64(countError)),
                    checksum: request.checksum))
        case .continueJob(let index, let step):
            guard let body = witness.jobRequests.item(index), let location = witness.location(ofJob: body),
                let request = try? AggregationJobContinueReq(step: step, verifyContinues: []).encoded()
            else { return }
            await ask(.post, location, .aggregationJobContinueReq, request)
        }
    }

    private func changed(_ body: [UInt8], _ change: JobChange) -> [UInt8]? {
        guard let request = try? AggregationJobInitReq(decoding: body) else { return nil }
        var inits = request.verifyInits
        var extensions = request.extensions
        switch change {
        case .shorter: inits.removeLast()
        case .reversed: inits.reverse()
        case .repeated: inits += inits.prefix(1)
        case .flipped:
            guard let first = inits.first else { return nil }
            inits[0] = VerifyInit(reportShare: first.reportShare, payload: first.payload.withLastBitFlipped)
        case .otherBatch: extensions = [.leaderSelectedBatchID(StoreSamples.batchID(body.count))]
        }
        return try? AggregationJobInitReq(
            verificationKeyID: request.verificationKeyID, aggregationParameter: request.aggregationParameter,
            extensions: extensions, verifyInits: inits
        ).encoded()
    }

    private func askForShare(_ interval: Interval, countError: Int) async {
        let known = witness.verified(in: interval)
        let selector = BatchSelector.timeInterval(TimeIntervalBatchSelectorConfig(batchInterval: interval))
        await ask(
            AggregateShareReq(
                collectionJobReq: CollectionJobReq(query: query(of: selector)), batchSelector: selector,
                reportCount: known.count &+ UInt64(bitPattern: Int64(countError)), checksum: known.checksum))
    }

    private func query(of selector: BatchSelector) -> Query {
        switch selector {
        case .timeInterval(let config): .timeInterval(TimeIntervalQueryConfig(batchInterval: config.batchInterval))
        case .leaderSelected: .leaderSelected
        }
    }

    // MARK: - Requests

    func askForJob(_ body: [UInt8]) async {
        await ask(.post, ResourceURL.aggregationJobs(of: task.leader), .aggregationJobInitReq, body)
    }

    private func ask(_ request: AggregateShareReq) async {
        guard let body = try? request.encoded() else { return }
        await askForShare(body)
    }

    func askForShare(_ body: [UInt8]) async {
        await ask(.post, ResourceURL.aggregateShares(of: task.leader), .aggregateShareReq, body)
    }

    private func ask(
        _ method: TransportRequest.Method, _ url: String, _ mediaType: MediaType? = nil, _ body: [UInt8] = []
    ) async {
        let request = TransportRequest(method, url, mediaType: mediaType, token: keys.leaderToken, body: body)
        _ = try? await deliver(request, to: .helper)
    }
}

extension [[UInt8]] {
    /// Counted from the latest, in circles.
    fileprivate func item(_ index: Int) -> [UInt8]? {
        isEmpty ? nil : self[count - 1 - abs(index) % count]
    }
}
