import Foundation
import PrioCommand
import Testing

@Suite("Secret files")
struct SecretFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("A new file can be read by its owner alone")
    func mode() throws {
        try SecretFile.create(directory.file("key"), [1, 2])
        #expect(try directory.mode(of: "key") == 0o600)
        #expect(try SecretFile.read(directory.file("key")) == [1, 2])
    }

    @Test("Nothing is overwritten, not even what a link points to")
    func overwriting() throws {
        let path = try directory.write("old", to: "key")
        #expect(throws: FileError.self) { try SecretFile.create(path, [1]) }
        #expect(try directory.read("key") == "old")
        let link = directory.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: directory.file("nowhere"))
        #expect(throws: FileError.self) { try SecretFile.create(link, [1]) }
        #expect(!FileManager.default.fileExists(atPath: directory.file("nowhere")))
    }

    @Test(
        "A file that others may read or change is refused with the remedy",
        arguments: [0o644, 0o640, 0o604, 0o620, 0o660])
    func refusal(mode: Int) throws {
        let path = try directory.write("secret", to: "key", mode: mode)
        let error = try #require(throws: FileError.self) { try SecretFile.read(path) }
        #expect(error.status == .badConfiguration)
        #expect(error.hint?.hasPrefix("chmod 600 ") == true)
        #expect(!error.description.contains("secret\n"))
    }

    @Test("A directory is no secret file, and a missing file is a bad configuration")
    func noFile() throws {
        #expect(throws: FileError.self) { try SecretFile.read(directory.path) }
        let error = try #require(throws: FileError.self) { try SecretFile.read(directory.file("nothing")) }
        #expect(error.status == .badConfiguration)
    }

    @Test("A token is the file's line without the space around it")
    func line() throws {
        let path = try directory.write(" abc-1\r\n\n", to: "token")
        #expect(try SecretFile.readLine(path).withUnsafeBytes { Array($0) } == Array("abc-1".utf8))
    }

    @Test("What is no line of visible characters is no token", arguments: ["", " \n", "a b", "a\nb", "ä", "a\u{0}"])
    func noLine(text: String) throws {
        let path = try directory.write(text, to: "token")
        #expect(throws: FileError.self) { try SecretFile.readLine(path) }
    }

    @Test("A shared secret is 32 bytes in base64url")
    func secret() throws {
        let text = String(repeating: "A", count: 43)
        #expect(try SecretText.load(directory.write(text + "\n", to: "good")).count == 32)
        for wrong in [text + "A", String(text.dropLast()), text + "=", String(repeating: "!", count: 43)] {
            let path = try directory.write(wrong, to: "wrong")
            let error = try #require(throws: FileError.self) { try SecretText.load(path) }
            #expect(!error.description.contains(wrong))
        }
    }

    @Test("A file is replaced as a whole, with the mode asked for")
    func replacing() throws {
        let path = try directory.write("old and longer", to: "file")
        try FileContent.replace(path, with: "new", mode: 0o644)
        #expect(try directory.read("file") == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["file"])
    }

    @Test("A larger file than allowed is not read")
    func limit() throws {
        let path = try directory.write("12345", to: "file")
        #expect(try FileContent.text(path, limit: 5, purpose: .data) == "12345")
        #expect(throws: FileError.self) { try FileContent.read(path, limit: 4, purpose: .data) }
    }

    @Test("Only one takes a lock")
    func lock() async throws {
        let path = directory.file("lock")
        guard let held = try await FileLock.take(path, patience: 0, clock: SystemClock()) else {
            Issue.record("nobody has the lock")
            return
        }
        if let _ = try await FileLock.take(path, patience: 0, clock: SystemClock()) { Issue.record("taken twice") }
        _ = consume held
        guard let _ = try await FileLock.take(path, patience: 0, clock: SystemClock()) else {
            Issue.record("the lock stays")
            return
        }
    }
}
