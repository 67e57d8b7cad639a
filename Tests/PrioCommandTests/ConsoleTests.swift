import Logging
import PrioCommand
import Synchronization
import Testing

@Suite("What goes to stderr")
struct ConsoleTests {
    private final class Recorder: Sendable {
        let text = Mutex("")
        func add(_ more: String) { text.withLock { $0 += more } }
    }

    @Test("On a terminal the progress line is written over, and goes for a line that stays")
    func terminal() {
        var time = ContinuousClock.now
        var shown = ""
        var progress = ProgressLine(isTerminal: true, now: { time }, write: { shown += $0 })
        progress.update("1")
        progress.update("2")
        time += .seconds(1)
        progress.update("3")
        progress.note("line 7: no")
        progress.clear()
        #expect(shown == "\r1\u{1b}[K\r3\u{1b}[K\r\u{1b}[Kline 7: no\n")
    }

    @Test("Elsewhere it is a line every few seconds")
    func file() {
        var time = ContinuousClock.now
        var shown = ""
        var progress = ProgressLine(isTerminal: false, now: { time }, write: { shown += $0 })
        progress.update("1")
        time += .seconds(6)
        progress.update("2")
        progress.update("3")
        progress.note("line 7: no")
        progress.clear()
        #expect(shown == "2\nline 7: no\n")
    }

    @Test("A log record is one line with time, level, message and metadata, whatever they contain")
    func log() throws {
        let recorder = Recorder()
        var logger = Logger(label: "test") { _ in LineLogHandler(level: .info) { recorder.add($0 + "\n") } }
        logger[metadataKey: "role"] = "leader"
        logger.debug("not shown")
        logger.info("a\nb", metadata: ["text": "x\u{1b}[2J \"y\"\n", "n": "1"])
        let text = recorder.text.withLock { $0 }
        let time = try #require(text.split(separator: " ").first)
        #expect(time.hasSuffix("Z") && time.count == 24)
        #expect(text.dropFirst(25) == "info a b n=1 role=leader text=\"x [2J 'y' \"\n")
    }

    @Test("Words are quoted for a shell only if they need it")
    func shell() {
        #expect(ShellText.quoted("/tmp/a-b_c.d") == "/tmp/a-b_c.d")
        #expect(ShellText.quoted("a b'c") == "'a b'\\''c'")
        #expect(ShellText.quoted("") == "''")
    }
}
