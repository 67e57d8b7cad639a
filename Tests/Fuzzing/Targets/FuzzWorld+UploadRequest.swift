import DAPMessages
import DAPRoles

extension FuzzWorld {
    /// ```
    /// task       1 byte
    /// is_open    1 byte: whether the envelopes are still to be sealed
    /// request    an UploadRequest
    /// ```
    func uploadRequest(_ input: FuzzInput) async throws -> FuzzVerdict {
        var input = input
        let task = tasks[input.choice(of: tasks.count)]
        let isOpen = input.choice(of: 2) == 1
        var body = input.rest()
        var request = try decoded(UploadRequest.self, body)
        if isOpen, let open = request {
            request = try sealed(open, task: task)
            body = try request?.encoded() ?? body
        }
        let parties = FuzzParties(self)
        let store = parties.leaderStore
        let answer = try await unlessRefused { try await parties.upload.upload(task: task.id, body: body) }
        guard let errors = answer else {
            try expect(await store.reportsWithShares == 0, "a refused upload leaves nothing behind")
            return .refused
        }
        guard let request else { throw LawBroken("an upload that does not decode is refused") }
        let accepted = request.reports.count - errors.statuses.count
        try expect(await store.reportsWithShares == accepted, "a report is stored or it is refused")
        _ = try decoded(UploadErrors.self, errors.encoded())

        let again = try await parties.upload.upload(task: task.id, body: body)
        try expect(again.statuses.count == request.reports.count, "a repeated upload adds nothing")
        try expect(await store.reportsWithShares == accepted, "a repeated upload changes nothing")

        try await parties.step()
        try expect(await store.reportsWithShares == 0, "every accepted report is aggregated or rejected")
        let rejected = await store.rejections(task: task.id)
        return errors.statuses.isEmpty && accepted > 0 && rejected.isEmpty ? .accepted : .refused
    }
}
