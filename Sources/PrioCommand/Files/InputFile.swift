import Foundation

/// A file that is read piece by piece, or stdin.
public enum InputFile {
    /// Opens a file; `-` is stdin.
    ///
    /// - Returns: what gives the next bytes, none at the end.
    /// - Throws: `FileError` `data`; so does what is returned.
    public static func open(_ path: String) throws(FileError) -> () throws -> [UInt8] {
        if path == "-" {
            return {
                try Descriptor.read(
                    FileContent.chunk, from: STDIN_FILENO, path: "standard input", purpose: .data)
            }
        }
        let file = OpenFile(try Descriptor(opening: path, O_RDONLY, purpose: .data, to: "read it"))
        return { try Descriptor.read(FileContent.chunk, from: file.descriptor.number, path: path, purpose: .data) }
    }

    /// Keeps the file open as long as somebody may read it.
    private final class OpenFile {
        let descriptor: Descriptor
        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }
}
