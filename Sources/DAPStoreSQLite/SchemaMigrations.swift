import GRDB

/// The schema, as the list of steps that led to it. Steps are only ever added, at the end.
enum SchemaMigrations {
    /// Brings a file up to date.
    ///
    /// - Throws: `SQLiteStoreError` (`fromLaterVersion`) when it has steps that are unknown here.
    static func run(on pool: DatabasePool) throws {
        let migrator = makeMigrator()
        if try pool.read(migrator.hasBeenSuperseded) {
            throw SQLiteStoreError(.fromLaterVersion, "the store's schema has unknown steps")
        }
        var steps = try pool.read(migrator.appliedIdentifiers).count
        while true {
            do {
                return try migrator.migrate(pool)
            } catch {
                // Of two processes that open a new file at once the slower one fails at a step that the other has taken
                // meanwhile, and goes on from there.
                let taken = try pool.read(migrator.appliedIdentifiers).count
                guard taken > steps else { throw error }
                steps = taken
            }
        }
    }

    private static func makeMigrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 tasks and buckets") { db in try db.execute(sql: tasksAndBuckets) }
        migrator.registerMigration("2 leader") { db in
            try db.execute(sql: clientReports)
            try db.execute(sql: aggregationJobs)
            try db.execute(sql: collectionJobs)
        }
        migrator.registerMigration("3 helper") { db in try db.execute(sql: helperTables) }
        migrator.registerMigration("4 leader-selected batches, deferred requests") { db in
            try db.execute(sql: leaderSelectedBatches)
            try db.execute(sql: restingReports)
            try db.execute(sql: deletableCollectionJobs)
            try db.execute(sql: deletableAggregateShares)
            try db.execute(sql: deferredRequests)
        }
        migrator.registerMigration("5 retention") { db in
            try db.execute(sql: forgottenTimes)
            try db.execute(sql: expiringReports)
            try db.execute(sql: expiringCollections)
            try db.execute(sql: expiringHelperJobs)
            try ReportLists.listAll(db)
        }
        migrator.registerMigration("6 ages of aggregation jobs") { db in try db.execute(sql: jobAges) }
        migrator.registerMigration("7 releases") { db in try db.execute(sql: releases) }
        migrator.registerMigration("8 privacy debits") { db in try db.execute(sql: privacyDebits) }
        migrator.registerMigration("9 answers that stay") { db in try db.execute(sql: answersThatStay) }
        return migrator
    }

    /// When a job was created, in POSIX seconds; of jobs that were there before, when they were due.
    private static let jobAges = """
        ALTER TABLE aggregation_jobs ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
        UPDATE aggregation_jobs SET created_at = due_at;
        """

    /// A task has a number per role, so that a leader and a helper that share a file do not meet.
    private static let tasksAndBuckets = """
        CREATE TABLE tasks (
            number INTEGER PRIMARY KEY,
            role INTEGER NOT NULL, -- 2 leader, 3 helper
            task_id BLOB NOT NULL,
            UNIQUE (role, task_id)
        ) STRICT;

        CREATE TABLE batch_buckets (
            task INTEGER NOT NULL,
            time INTEGER NOT NULL,
            aggregate_share BLOB,
            report_count INTEGER NOT NULL,
            checksum BLOB NOT NULL,
            PRIMARY KEY (task, time)
        ) STRICT;
        """

    /// A row's number is above those of all others when it is inserted, so numbers are the order of upload, and new rows are
    /// appended. The shares stand apart so that what is updated is small, and what is erased frees whole pages.
    private static let clientReports = """
        CREATE TABLE client_reports (
            number INTEGER PRIMARY KEY,
            task INTEGER NOT NULL,
            report_id BLOB NOT NULL,
            time INTEGER NOT NULL,
            state INTEGER NOT NULL, -- 0 waiting, 1 in a job, 2 done
            refusals INTEGER NOT NULL, -- jobs with this report that the helper refused as a whole
            job INTEGER,
            waiting_since INTEGER, -- POSIX seconds
            error INTEGER, -- why it was not aggregated, when done
            UNIQUE (task, report_id)
        ) STRICT;
        CREATE INDEX waiting_reports ON client_reports (task, refusals, state) WHERE state = 0;
        CREATE INDEX reports_in_jobs ON client_reports (job) WHERE state = 1;
        CREATE INDEX pending_reports ON client_reports (task, time, state) WHERE state < 2;

        CREATE TABLE report_shares (
            report INTEGER PRIMARY KEY,
            metadata BLOB, -- encoded, when there are public extensions
            public_share BLOB,
            leader_input_share BLOB,
            helper_ciphertext BLOB NOT NULL
        ) STRICT;
        """

    /// A job is deleted when it is finished; numbers are not used twice.
    private static let aggregationJobs = """
        CREATE TABLE aggregation_jobs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            task INTEGER NOT NULL,
            is_prepared INTEGER NOT NULL,
            due_at INTEGER NOT NULL, -- POSIX seconds, as is lease_end
            lease_end INTEGER NOT NULL, -- 0 without a lease
            lease_token INTEGER,
            attempts INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX due_aggregation_jobs ON aggregation_jobs (due_at);

        CREATE TABLE last_lease_token (token INTEGER NOT NULL) STRICT;
        INSERT INTO last_lease_token VALUES (0);
        """

    /// The closed intervals of a task do not overlap, nor do the collected ones.
    private static let collectionJobs = """
        CREATE TABLE collection_jobs (
            number INTEGER PRIMARY KEY,
            task INTEGER NOT NULL,
            job_id BLOB NOT NULL,
            request BLOB,
            interval BLOB NOT NULL, -- encoded, as it was asked for
            start_time INTEGER NOT NULL,
            end_time INTEGER NOT NULL,
            state INTEGER NOT NULL, -- 0 pending, 1 finished, 2 failed
            is_closed INTEGER NOT NULL,
            response BLOB,
            problem_type TEXT,
            problem_detail TEXT,
            due_at INTEGER NOT NULL, -- POSIX seconds, as is lease_end
            lease_end INTEGER NOT NULL, -- 0 without a lease
            lease_token INTEGER,
            attempts INTEGER NOT NULL,
            UNIQUE (task, job_id),
            UNIQUE (task, request)
        ) STRICT;
        CREATE INDEX closed_batches ON collection_jobs (task, start_time) WHERE is_closed = 1 AND start_time < end_time;
        CREATE INDEX collected_batches ON collection_jobs (task, start_time) WHERE state = 1 AND start_time < end_time;
        CREATE INDEX due_collection_jobs ON collection_jobs (due_at) WHERE state = 0;
        CREATE INDEX unfinished_collection_jobs ON collection_jobs (task) WHERE state = 0;
        """

    /// `helper_reports` has small rows in the order of random keys, so one tree is enough.
    private static let helperTables = """
        CREATE TABLE helper_reports (
            task INTEGER NOT NULL,
            report_id BLOB NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (task, report_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE helper_aggregation_jobs (
            number INTEGER PRIMARY KEY,
            task INTEGER NOT NULL,
            job_id BLOB NOT NULL,
            response BLOB,
            UNIQUE (task, job_id)
        ) STRICT;

        CREATE TABLE helper_aggregate_shares (
            number INTEGER PRIMARY KEY,
            task INTEGER NOT NULL,
            share_id BLOB NOT NULL,
            start_time INTEGER NOT NULL,
            end_time INTEGER NOT NULL,
            response BLOB,
            UNIQUE (task, share_id)
        ) STRICT;
        CREATE INDEX collected_helper_batches ON helper_aggregate_shares (task, start_time)
            WHERE start_time < end_time;
        """
}
