/// Leader-selected batches, answers that come later, and what can be deleted.
extension SchemaMigrations {
    /// `leader_selected_buckets` are a leader's or a helper's, `leader_batches` a leader's. How many reports are meant for a
    /// batch is kept with it, so that the one with room is found without counting.
    static let leaderSelectedBatches = """
        CREATE TABLE leader_selected_buckets (
            task INTEGER NOT NULL,
            batch_id BLOB NOT NULL,
            aggregate_share BLOB,
            report_count INTEGER NOT NULL,
            checksum BLOB NOT NULL,
            first_time INTEGER NOT NULL,
            last_time INTEGER NOT NULL,
            PRIMARY KEY (task, batch_id)
        ) STRICT;

        CREATE TABLE leader_batches (
            number INTEGER PRIMARY KEY,
            task INTEGER NOT NULL,
            batch_id BLOB NOT NULL,
            opened_at INTEGER NOT NULL, -- POSIX seconds
            state INTEGER NOT NULL, -- 0 open, 1 closed on behalf of a collection job, 2 collected
            report_count INTEGER NOT NULL, -- in its bucket and in its unfinished aggregation jobs
            failures INTEGER NOT NULL, -- collection jobs that failed with it
            is_sealed INTEGER NOT NULL, -- takes no more reports: the helper may have collected it
            UNIQUE (task, batch_id)
        ) STRICT;
        CREATE INDEX batches_with_room ON leader_batches (task, report_count) WHERE state = 0 AND is_sealed = 0;
        CREATE INDEX open_batches ON leader_batches (task, failures) WHERE state = 0;

        ALTER TABLE aggregation_jobs ADD COLUMN batch INTEGER; -- NULL in a time-interval task
        ALTER TABLE aggregation_jobs ADD COLUMN location TEXT;
        CREATE INDEX jobs_of_batches ON aggregation_jobs (batch) WHERE batch IS NOT NULL;
        """

    /// A report that was too early has the state −1 until its rest is over.
    static let restingReports = """
        ALTER TABLE client_reports ADD COLUMN rests INTEGER NOT NULL DEFAULT 0; -- so far, a present one included
        ALTER TABLE client_reports ADD COLUMN rest_until INTEGER; -- POSIX seconds, while it rests
        CREATE INDEX resting_reports ON client_reports (task, rest_until) WHERE state = -1;
        """

    /// A finished job that was deleted has neither ID nor request nor response. In a leader-selected task a job has no
    /// interval, and is in no index of intervals; its batch is its alone.
    static let deletableCollectionJobs = """
        CREATE TABLE collection_jobs_4 (
            number INTEGER PRIMARY KEY,
            task INTEGER NOT NULL,
            job_id BLOB,
            request BLOB,
            interval BLOB, -- encoded, as it was asked for
            start_time INTEGER NOT NULL,
            end_time INTEGER NOT NULL,
            batch INTEGER, -- leader-selected, while it is closed on behalf of this job, and when it is collected
            state INTEGER NOT NULL, -- 0 pending, 1 finished, 2 failed
            is_closed INTEGER NOT NULL,
            response BLOB,
            problem_type TEXT,
            problem_detail TEXT,
            location TEXT,
            due_at INTEGER NOT NULL, -- POSIX seconds, as is lease_end
            lease_end INTEGER NOT NULL, -- 0 without a lease
            lease_token INTEGER,
            attempts INTEGER NOT NULL,
            UNIQUE (task, job_id),
            UNIQUE (task, request)
        ) STRICT;
        INSERT INTO collection_jobs_4
            (number, task, job_id, request, interval, start_time, end_time, state, is_closed, response, problem_type,
            problem_detail, due_at, lease_end, lease_token, attempts)
        SELECT number, task, job_id, request, interval, start_time, end_time, state, is_closed, response, problem_type,
            problem_detail, due_at, lease_end, lease_token, attempts
        FROM collection_jobs;
        DROP TABLE collection_jobs;
        ALTER TABLE collection_jobs_4 RENAME TO collection_jobs;
        CREATE INDEX closed_batches ON collection_jobs (task, start_time) WHERE is_closed = 1 AND start_time < end_time;
        CREATE INDEX collected_batches ON collection_jobs (task, start_time) WHERE state = 1 AND start_time < end_time;
        CREATE INDEX due_collection_jobs ON collection_jobs (due_at) WHERE state = 0;
        CREATE INDEX unfinished_collection_jobs ON collection_jobs (task) WHERE state = 0;
        CREATE UNIQUE INDEX jobs_with_batches ON collection_jobs (batch) WHERE batch IS NOT NULL;
        """

    /// A leader-selected batch is collected once.
    static let deletableAggregateShares = """
        ALTER TABLE helper_aggregate_shares ADD COLUMN batch_id BLOB; -- NULL in a time-interval task
        ALTER TABLE helper_aggregate_shares ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0; -- then without a response
        CREATE UNIQUE INDEX collected_helper_batch_ids ON helper_aggregate_shares (task, batch_id)
            WHERE batch_id IS NOT NULL;
        """

    /// A row goes away when its resource is created. The bodies stand apart so that what is updated is small; numbers are
    /// not used twice.
    static let deferredRequests = """
        CREATE TABLE deferred_requests (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            task INTEGER NOT NULL,
            kind INTEGER NOT NULL, -- of what it creates: 1 aggregation job, 2 aggregate share
            resource_id BLOB NOT NULL,
            state INTEGER NOT NULL, -- 0 pending, 2 failed
            problem_type TEXT,
            problem_detail TEXT,
            due_at INTEGER NOT NULL, -- POSIX seconds, as is lease_end
            lease_end INTEGER NOT NULL, -- 0 without a lease
            lease_token INTEGER,
            attempts INTEGER NOT NULL,
            UNIQUE (task, kind, resource_id)
        ) STRICT;
        CREATE INDEX due_deferred_requests ON deferred_requests (due_at) WHERE state = 0;
        CREATE INDEX unanswered_deferred_requests ON deferred_requests (task) WHERE state = 0;

        CREATE TABLE deferred_request_bodies (
            request INTEGER PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT;
        """
}
