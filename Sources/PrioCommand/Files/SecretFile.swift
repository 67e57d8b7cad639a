public import Foundation
public import HPKE

/// Files with a key or a token: readable by their owner alone, and refused if they are not.
public enum SecretFile {
    /// The mode of such a file.
    public static let mode: mode_t = 0o600
    /// The mode of a directory with such files.
    public static let directoryMode: mode_t = 0o700
    /// Bytes of the largest one.
    public static let limit = 64 << 10

    /// Writes a new file with mode 0600; what is there already is left alone.
    ///
    /// - Throws: `FileError`, also if anything is there, be it a dangling link.
    public static func create(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        var status = stat()
        if lstat(path, &status) == 0 {
            throw FileError(path, "is there already, and is not overwritten", purpose: .output)
        }
        try FileContent.create(path, bytes, mode: mode)
        try FileContent.synchronizeDirectory(of: path)
    }

    /// Reads a file that nobody but its owner may read or change.
    ///
    /// - Throws: `FileError`, which says `chmod 600`, if others may.
    public static func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = try Descriptor(opening: path, O_RDONLY, purpose: .configuration, to: "read it")
        let status = try file.status(path: path, purpose: .configuration)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(path, "is not a file", purpose: .configuration)
        }
        guard status.st_mode & 0o077 == 0 else {
            throw FileError(
                path, "holds a secret and others may read it", purpose: .configuration,
                hint: "chmod 600 \(ShellText.quoted(path))")
        }
        return try FileContent.rest(of: file.number, path: path, limit: limit, purpose: .configuration)
    }

    /// Reads a file with one token or secret in text on one line.
    ///
    /// - Throws: `FileError`, also if the text is empty or has anything but visible ASCII characters in it.
    public static func readLine(_ path: String) throws(FileError) -> SecretBytes {
        let bytes = try read(path)
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
        let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        let line = bytes[start..<end]
        guard !line.isEmpty, line.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw FileError(path, "does not hold a secret on one line", purpose: .configuration)
        }
        return SecretBytes(Array(line))
    }

    /// Creates a directory for secrets, mode 0700, unless it is there.
    public static func createDirectory(_ path: String) throws(FileError) {
        if mkdir(path, directoryMode) == 0 { return }
        guard errno == EEXIST else { throw FileError(errnoAt: path, "create it", purpose: .output) }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw FileError(path, "is there already, and is not a directory", purpose: .output)
        }
    }
}

/// Words as a shell takes them.
public enum ShellText {
    /// `word` as it is if no shell acts upon it, otherwise in single quotes.
    public static func quoted(_ word: String) -> String {
        let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+%@".utf8
        if !word.isEmpty, word.utf8.allSatisfy({ plain.contains($0) }) { return word }
        return "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
