import GRDB

/// What tells when a row can be forgotten, and finds those that can.
extension SchemaMigrations {
    /// Nothing is taken for the units of time before `forgotten_before`.
    static let forgottenTimes = """
        ALTER TABLE tasks ADD COLUMN forgotten_before INTEGER NOT NULL DEFAULT 0;
        """

    /// A report's row, once it is done, is found by its time. One that is not is in `pending_reports`.
    static let expiringReports = """
        CREATE INDEX settled_reports ON client_reports (task, time) WHERE state = 2;

        ALTER TABLE aggregation_jobs ADD COLUMN last_time INTEGER NOT NULL DEFAULT 0; -- of its reports
        UPDATE aggregation_jobs SET last_time = coalesce(
            (SELECT max(time) FROM client_reports WHERE job = aggregation_jobs.number AND state = 1), 0);
        CREATE INDEX expiring_aggregation_jobs ON aggregation_jobs (task, last_time);
        """

    /// Jobs with an interval end with it; the others, when they failed, some time after they were due.
    static let expiringCollections = """
        CREATE INDEX ended_collection_jobs ON collection_jobs (task, end_time)
            WHERE state > 0 AND start_time < end_time;
        CREATE INDEX failed_collection_jobs ON collection_jobs (task, due_at)
            WHERE state > 0 AND start_time >= end_time AND batch IS NULL;
        CREATE INDEX expiring_buckets ON leader_selected_buckets (task, last_time);
        CREATE INDEX failed_deferred_requests ON deferred_requests (task, due_at) WHERE state = 2;
        """

    /// The time of a job that was there before is not known: it counts from when it is first asked for.
    static let expiringHelperJobs = """
        ALTER TABLE helper_aggregation_jobs ADD COLUMN last_time INTEGER; -- of its reports, rejected ones included
        ALTER TABLE helper_aggregation_jobs ADD COLUMN batch_id BLOB; -- NULL in a time-interval task
        CREATE INDEX expiring_helper_jobs ON helper_aggregation_jobs (task, last_time);

        CREATE TABLE helper_report_lists (
            number INTEGER PRIMARY KEY,
            task INTEGER NOT NULL,
            time INTEGER NOT NULL,
            report_ids BLOB NOT NULL -- one after another
        ) STRICT;
        CREATE INDEX expiring_report_lists ON helper_report_lists (task, time);
        """
}
