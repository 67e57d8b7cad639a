public import MetricCatalog

extension CollectionReport {
    /// A report on how collecting leader-selected batches ended.
    public init(outcome: BatchRun.Outcome, metric: Metric) {
        let least = "a batch has at least \(metric.minBatchSize) valid reports"
        switch outcome.ending {
        case .noneReady where outcome.results.isEmpty:
            let hint =
                "the request stays with the leader: the same command later finds its batch, and --wait waits longer"
            self.init(notes: [], failure: CommandFailure(.notReady, "no batch is ready; \(least)", hint: hint))
        case .noneReady: self.init(notes: ["no further batch is ready; \(least)"], failure: nil)
        case .manyCollected:
            self.init(
                notes: ["\(BatchRun.mostBatches) batches collected; the same command goes on with the next"],
                failure: nil)
        case .failed(let failure): self.init(notes: [], failure: failure)
        }
    }
}
