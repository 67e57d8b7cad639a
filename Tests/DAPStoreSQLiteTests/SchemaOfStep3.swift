/// The schema as its first three steps left it. A file with it may be anywhere, so it never changes.
enum SchemaOfStep3 {
    static let steps = ["1 tasks and buckets", "2 leader", "3 helper"]

    static let sql = """
        CREATE TABLE tasks (
            number INTEGER PRIMARY KEY, role INTEGER NOT NULL, task_id BLOB NOT NULL, UNIQUE (role, task_id)
        ) STRICT;
        CREATE TABLE batch_buckets (
            task INTEGER NOT NULL, time INTEGER NOT NULL, aggregate_share BLOB, report_count INTEGER NOT NULL,
            checksum BLOB NOT NULL, PRIMARY KEY (task, time)
        ) STRICT;
        CREATE TABLE client_reports (
            number INTEGER PRIMARY KEY, task INTEGER NOT NULL, report_id BLOB NOT NULL, time INTEGER NOT NULL,
            state INTEGER NOT NULL, refusals INTEGER NOT NULL, job INTEGER, waiting_since INTEGER, error INTEGER,
            UNIQUE (task, report_id)
        ) STRICT;
        CREATE INDEX waiting_reports ON client_reports (task, refusals, state) WHERE state = 0;
        CREATE INDEX reports_in_jobs ON client_reports (job) WHERE state = 1;
        CREATE INDEX pending_reports ON client_reports (task, time, state) WHERE state < 2;
        CREATE TABLE report_shares (
            report INTEGER PRIMARY KEY, metadata BLOB, public_share BLOB, leader_input_share BLOB,
            helper_ciphertext BLOB NOT NULL
        ) STRICT;
        CREATE TABLE aggregation_jobs (
            number INTEGER PRIMARY KEY AUTOINCREMENT, task INTEGER NOT NULL, is_prepared INTEGER NOT NULL,
            due_at INTEGER NOT NULL, lease_end INTEGER NOT NULL, lease_token INTEGER, attempts INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX due_aggregation_jobs ON aggregation_jobs (due_at);
        CREATE TABLE last_lease_token (token INTEGER NOT NULL) STRICT;
        INSERT INTO last_lease_token VALUES (0);
        CREATE TABLE collection_jobs (
            number INTEGER PRIMARY KEY, task INTEGER NOT NULL, job_id BLOB NOT NULL, request BLOB,
            interval BLOB NOT NULL, start_time INTEGER NOT NULL, end_time INTEGER NOT NULL, state INTEGER NOT NULL,
            is_closed INTEGER NOT NULL, response BLOB, problem_type TEXT, problem_detail TEXT, due_at INTEGER NOT NULL,
            lease_end INTEGER NOT NULL, lease_token INTEGER, attempts INTEGER NOT NULL,
            UNIQUE (task, job_id), UNIQUE (task, request)
        ) STRICT;
        CREATE INDEX closed_batches ON collection_jobs (task, start_time) WHERE is_closed = 1 AND start_time < end_time;
        CREATE INDEX collected_batches ON collection_jobs (task, start_time) WHERE state = 1 AND start_time < end_time;
        CREATE INDEX due_collection_jobs ON collection_jobs (due_at) WHERE state = 0;
        CREATE INDEX unfinished_collection_jobs ON collection_jobs (task) WHERE state = 0;
        CREATE TABLE helper_reports (
            task INTEGER NOT NULL, report_id BLOB NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (task, report_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE helper_aggregation_jobs (
            number INTEGER PRIMARY KEY, task INTEGER NOT NULL, job_id BLOB NOT NULL, response BLOB,
            UNIQUE (task, job_id)
        ) STRICT;
        CREATE TABLE helper_aggregate_shares (
            number INTEGER PRIMARY KEY, task INTEGER NOT NULL, share_id BLOB NOT NULL, start_time INTEGER NOT NULL,
            end_time INTEGER NOT NULL, response BLOB, UNIQUE (task, share_id)
        ) STRICT;
        CREATE INDEX collected_helper_batches ON helper_aggregate_shares (task, start_time)
            WHERE start_time < end_time;
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        """
}
