/// Which of a helper's answers stay.
extension SchemaMigrations {
    /// Of a job that was there before nobody knows whether reports were committed, so its answer stays.
    static let answersThatStay = """
        ALTER TABLE helper_aggregation_jobs ADD COLUMN has_committed INTEGER NOT NULL DEFAULT 1; -- any of its reports
        """
}
