/// What a store knows of its releases.
extension SchemaMigrations {
    /// The ledger counts what was collected since this step, for the file beside the database. `last_number` numbers what a
    /// leader has closed or a helper collected, for the other aggregators: `release_epochs` has the last number of each
    /// earlier identity, `task_releases` that of each task. `disowned_epochs` are identities that others took this store
    /// for, `heard_releases` the last tallies of the other aggregator.
    static let releases = """
        CREATE TABLE release_ledger (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            identity BLOB NOT NULL, -- 16 random bytes
            releases INTEGER NOT NULL, -- batches collected
            epoch BLOB NOT NULL, -- 16 random bytes, others after each opening
            last_number INTEGER NOT NULL,
            has_file INTEGER NOT NULL, -- whether the file beside the database was written
            copied_at INTEGER -- in a backup, POSIX seconds
        ) STRICT;
        INSERT INTO release_ledger VALUES (1, randomblob(16), 0, randomblob(16), 0, 0, NULL);

        CREATE TABLE release_epochs (
            epoch BLOB PRIMARY KEY,
            last_number INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE disowned_epochs (
            number INTEGER PRIMARY KEY,
            epoch BLOB NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE task_releases (
            task INTEGER PRIMARY KEY,
            number INTEGER NOT NULL -- of the last one
        ) STRICT;

        CREATE TABLE heard_releases (
            task INTEGER NOT NULL,
            identity BLOB NOT NULL,
            number INTEGER NOT NULL,
            turn INTEGER NOT NULL, -- the largest of a task was heard of last
            PRIMARY KEY (task, identity)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE release_block (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            restored_at INTEGER NOT NULL, -- POSIX seconds
            reason TEXT NOT NULL,
            is_proven INTEGER NOT NULL
        ) STRICT;
        """
}
