public import Foundation

/// Whole files: read up to a limit, written atomically.
public enum FileContent {
    /// Bytes read at once.
    static let chunk = 64 << 10

    /// The bytes of a file.
    ///
    /// - Parameter limit: a larger file is refused without reading more of it.
    public static func read(_ path: String, limit: Int, purpose: FileError.Purpose) throws(FileError) -> [UInt8] {
        let file = try Descriptor(opening: path, O_RDONLY, purpose: purpose, to: "read it")
        return try rest(of: file.number, path: path, limit: limit, purpose: purpose)
    }

    /// The text of a UTF-8 file.
    public static func text(_ path: String, limit: Int, purpose: FileError.Purpose) throws(FileError) -> String {
        let bytes = try read(path, limit: limit, purpose: purpose)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8 text", purpose: purpose)
        }
        return text
    }

    /// What can still be read from an open file, such as stdin.
    public static func rest(
        of descriptor: Int32, path: String, limit: Int, purpose: FileError.Purpose
    ) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = try Descriptor.read(chunk, from: descriptor, path: path, purpose: purpose)
            guard !more.isEmpty else { return bytes }
            bytes += more
            guard bytes.count <= limit else {
                throw FileError(path, "is larger than \(limit) bytes", purpose: purpose)
            }
        }
    }

    /// Puts a file in place of whatever was there, whole or not at all, and durably.
    public static func replace(_ path: String, with text: String, mode: mode_t) throws(FileError) {
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        do throws(FileError) {
            try create(draft, Array(text.utf8), mode: mode)
            guard rename(draft, path) == 0 else { throw FileError(errnoAt: path, "write it", purpose: .output) }
        } catch {
            unlink(draft)
            throw error
        }
        try synchronizeDirectory(of: path)
    }

    /// Creates a file durably; nothing may be there, not even a link.
    static func create(_ path: String, _ bytes: [UInt8], mode: mode_t) throws(FileError) {
        let file = try Descriptor(
            opening: path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, purpose: .output, to: "create it")
        do throws(FileError) {
            try Descriptor.write(bytes, to: file.number, path: path)
            try file.synchronize(path: path)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Makes the entry of a new file durable.
    static func synchronizeDirectory(of path: String) throws(FileError) {
        let directory = PathText.directory(of: path)
        let file = try Descriptor(opening: directory, O_RDONLY | O_DIRECTORY, purpose: .output, to: "open it")
        try file.synchronize(path: directory)
    }
}

/// Paths as text.
public enum PathText {
    /// The directory that a path's last part is in.
    public static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// `path` as seen from `directory`, unless it is absolute.
    public static func resolve(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") || directory == "." ? path : directory + "/" + path
    }
}
