import Foundation

/// An open file, closed when the value goes.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Opens a file; it is not handed on to child processes.
    init(
        opening path: String, _ flags: Int32, mode: mode_t = 0, purpose: FileError.Purpose, to action: String
    ) throws(FileError) {
        number = open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw FileError(errnoAt: path, action, purpose: purpose) }
    }

    deinit { close(number) }

    /// Reads up to `count` bytes; empty at the end of the file.
    static func read(_ count: Int, from descriptor: Int32, path: String, purpose: FileError.Purpose) throws(FileError)
        -> [UInt8]
    {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            var result = 0
            repeat {
                result = Foundation.read(descriptor, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            if result < 0 { failure = FileError(errnoAt: path, "read it", purpose: purpose) }
            initializedCount = max(result, 0)
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all bytes.
    static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileError) {
        var failure: FileError?
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    failure = FileError(errnoAt: path, "write it", purpose: .output)
                    return
                }
            }
        }
        if let failure { throw failure }
    }

    /// Waits until what was written is durable.
    func synchronize(path: String) throws(FileError) {
        guard fsync(number) == 0 else { throw FileError(errnoAt: path, "write it to disk", purpose: .output) }
    }

    /// The file's status.
    func status(path: String, purpose: FileError.Purpose) throws(FileError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw FileError(errnoAt: path, "look at it", purpose: purpose) }
        return status
    }
}
