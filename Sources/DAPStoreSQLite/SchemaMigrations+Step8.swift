/// What releases have given away.
extension SchemaMigrations {
    /// A row of `privacy_debits` is the debit of a release, or what a leader's collection job has reserved for one.
    /// `privacy_accounts` has the sums of the releases' debits, so that no release adds up all that were before it. Amounts
    /// are in billionths of ε and ρ; ε is NULL where there is none, however large.
    static let privacyDebits = """
        CREATE TABLE privacy_debits (
            number INTEGER PRIMARY KEY,
            metric TEXT NOT NULL,
            task_id BLOB NOT NULL,
            start_time INTEGER NOT NULL, -- POSIX seconds: where its first window begins
            windows INTEGER NOT NULL,
            window_length INTEGER NOT NULL, -- seconds
            end_time INTEGER NOT NULL, -- POSIX seconds: where its last window ends
            epsilon INTEGER, -- of each window
            rho INTEGER NOT NULL,
            added_epsilon INTEGER, -- to what a client has given away who reported in every window
            added_rho INTEGER NOT NULL,
            job INTEGER -- the collection job that it is reserved for; NULL once it is released
        ) STRICT;
        CREATE INDEX debits_of_metrics ON privacy_debits (metric, end_time) WHERE job IS NULL;
        CREATE UNIQUE INDEX reserved_debits ON privacy_debits (job) WHERE job IS NOT NULL;

        CREATE TABLE privacy_accounts (
            metric TEXT PRIMARY KEY,
            epsilon INTEGER,
            rho INTEGER NOT NULL,
            releases INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
