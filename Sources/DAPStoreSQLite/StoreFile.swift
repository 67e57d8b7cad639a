#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Files on the disk: the database, and what lies beside it.
enum StoreFile {
    /// Only the owner reads and writes: the database holds input shares.
    private static let mode: mode_t = 0o600

    /// Creates an empty file unless there is one. SQLite gives its companions (`-wal`, `-shm`) the same mode.
    ///
    /// An existing file is not even opened: closing it would drop the locks that this process's other connections to it
    /// hold (a rule of POSIX).
    ///
    /// - Returns: false when there is one.
    @discardableResult
    static func create(at path: String) throws -> Bool {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if file < 0 {
            guard errno == EEXIST else { throw failure(.notCreated, path) }
            return false
        }
        defer { _ = close(file) }
        // The process's umask may have taken bits away.
        guard fchmod(file, mode) == 0 else { throw failure(.notCreated, path) }
        return true
    }

    /// Whether there is anything of that name.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The first bytes of a file, or nil when there is none.
    ///
    /// - Parameter limit: of a longer file so many bytes and one more are read.
    static func read(_ path: String, limit: Int) throws -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(.releaseFile, path)
        }
        defer { _ = close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: limit + 1)
        while bytes.count <= limit {
            let count = Self.systemRead(file, &chunk, limit + 1 - bytes.count)
            if count == 0 { break }
            if count < 0 {
                guard errno == EINTR else { throw failure(.releaseFile, path) }
                continue
            }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// Puts a file in place of what is there: the new one is on the disk before it takes the name, and the name is when
    /// this returns.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        // Of a name of its own: another process may be about to do the same.
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        do {
            guard try create(at: draft) else { throw SQLiteStoreError(.releaseFile, "\(draft) is in the way") }
            let file = open(draft, O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { throw failure(.releaseFile, draft) }
            defer { _ = close(file) }
            guard systemWrite(file, bytes) == bytes.count, fsync(file) == 0 else { throw failure(.releaseFile, draft) }
            guard rename(draft, path) == 0 else { throw failure(.releaseFile, path) }
        } catch {
            unlink(draft)
            throw error
        }
        try synchronizeDirectory(of: path)
    }

    /// Gives a finished file its name, unless there is one of that name, durably.
    ///
    /// - Returns: false when there is one; then the file is where it was.
    static func name(_ draft: String, _ path: String) throws -> Bool {
        let file = open(draft, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(.backup, draft) }
        defer { _ = close(file) }
        guard fsync(file) == 0 else { throw failure(.backup, draft) }
        guard link(draft, path) == 0 else {
            if errno == EEXIST { return false }
            throw failure(.backup, path)
        }
        unlink(draft)
        try synchronizeDirectory(of: path)
        return true
    }

    /// Removes a database and its companions, as far as they are there.
    static func remove(_ path: String) {
        for companion in ["", "-wal", "-shm", "-journal"] { unlink(path + companion) }
    }

    private static func synchronizeDirectory(of path: String) throws {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure(.notDurable, directory) }
        defer { _ = close(file) }
        guard fsync(file) == 0 else { throw failure(.notDurable, directory) }
    }

    // `read` and `write` are this type's own names here.
    private static func systemRead(_ file: Int32, _ buffer: inout [UInt8], _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.read(file, &buffer, count)
        #elseif canImport(Musl)
            Musl.read(file, &buffer, count)
        #else
            Darwin.read(file, &buffer, count)
        #endif
    }

    private static func systemWrite(_ file: Int32, _ bytes: [UInt8]) -> Int {
        #if canImport(Glibc)
            Glibc.write(file, bytes, bytes.count)
        #elseif canImport(Musl)
            Musl.write(file, bytes, bytes.count)
        #else
            Darwin.write(file, bytes, bytes.count)
        #endif
    }

    /// Call it before anything else changes `errno`.
    private static func failure(_ code: SQLiteStoreError.Code, _ path: String) -> SQLiteStoreError {
        SQLiteStoreError(code, "\(path): \(String(cString: strerror(errno)))")
    }
}
