#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The file on the disk.
enum StoreFile {
    /// Only the owner reads and writes: the file holds input shares.
    private static let mode: mode_t = 0o600

    /// Creates an empty file unless there is one. SQLite gives its companions (`-wal`, `-shm`) the same mode.
    ///
    /// An existing file is not even opened: closing it would drop the locks that this process's other connections to it
    /// hold (a rule of POSIX).
    static func create(at path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if file < 0 {
            let code = errno
            guard code == EEXIST else {
                throw SQLiteStoreError(.notCreated, "\(path): \(String(cString: strerror(code)))")
            }
            return
        }
        defer { _ = close(file) }
        // The process's umask may have taken bits away.
        guard fchmod(file, mode) == 0 else {
            throw SQLiteStoreError(.notCreated, "\(path): \(String(cString: strerror(errno)))")
        }
    }
}
