import DAPMessages
import HPKE
import Yams

/// The values of the file that do not depend on a metric's type.
extension CatalogReader {
    /// What is written as a single value; as text for certain if it is in quotes.
    struct Written {
        let text: String
        let isQuoted: Bool
        let line: Int
    }

    /// `what` is how problems call the value.
    private mutating func written(_ node: Node, _ what: String, line: Int) -> Written? {
        let line = node.mark?.line ?? line
        guard case .scalar(let scalar) = node else {
            report(line, "\(what) must be a single value")
            return nil
        }
        // The library tags quoted text as a string; any other tag has been written in the file.
        let tag = scalar.tag.rawValue
        guard tag.isEmpty || tag == "tag:yaml.org,2002:str" else {
            report(line, "\(what) has a YAML tag (`!…`), which a catalog does not use")
            return nil
        }
        let isQuoted = !tag.isEmpty
        guard isQuoted || !["", "~", "null", "Null", "NULL"].contains(scalar.string) else {
            report(line, "\(what) has no value")
            return nil
        }
        return Written(text: scalar.string, isQuoted: isQuoted, line: line)
    }

    /// The single value of an entry.
    mutating func written(_ entry: CatalogBlock.Entry) -> Written? {
        written(entry.value, "`\(entry.key)`", line: entry.line)
    }

    /// One line of text of at most `limit` bytes.
    mutating func line(_ entry: CatalogBlock.Entry, limit: Int) -> String? {
        line(entry.value, "`\(entry.key)`", line: entry.line, limit: limit)
    }

    /// One line of text of at most `limit` bytes, which problems call `what`.
    mutating func line(_ node: Node, _ what: String, line: Int, limit: Int) -> String? {
        guard let written = written(node, what, line: line) else { return nil }
        let text = written.text
        if text.isEmpty {
            report(written.line, "\(what) is empty")
        } else if text.utf8.count > limit {
            report(written.line, "\(what) is longer than \(limit) bytes")
        } else if text.unicodeScalars.contains(where: isControl) {
            report(written.line, "\(what) contains a line break or another control character")
        } else if isSpace(text.unicodeScalars.first) || isSpace(text.unicodeScalars.last) {
            report(written.line, "\(what) begins or ends with a space")
        } else {
            return text
        }
        return nil
    }

    /// Text of one or more lines; spaces and empty lines around it are dropped.
    mutating func description(_ entry: CatalogBlock.Entry) -> String? {
        guard let written = written(entry) else { return nil }
        let scalars = written.text.unicodeScalars
        let first = scalars.firstIndex { !isSpace($0) } ?? scalars.endIndex
        let end = scalars.lastIndex { !isSpace($0) }.map(scalars.index(after:)) ?? first
        let text = String(scalars[first..<end])
        if text.isEmpty {
            report(written.line, "`\(entry.key)` is empty")
        } else if text.utf8.count > CatalogLimits.descriptionBytes {
            report(written.line, "`\(entry.key)` is longer than \(CatalogLimits.descriptionBytes) bytes")
        } else if text.unicodeScalars.contains(where: { isControl($0) && $0 != "\n" }) {
            report(written.line, "`\(entry.key)` contains a control character")
        } else {
            return text
        }
        return nil
    }

    private func isSpace(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.isWhitespace ?? false }

    /// A whole number in `range`, in plain decimal digits.
    mutating func whole(_ entry: CatalogBlock.Entry, in range: ClosedRange<UInt64>) -> UInt64? {
        guard let written = written(entry) else { return nil }
        guard !written.isQuoted, let number = WrittenNumber.whole(written.text) else {
            report(written.line, "`\(entry.key)` must be a whole number in digits, without quotes")
            return nil
        }
        // Other readers of YAML take 010 to be eight.
        guard number == 0 || !written.text.hasPrefix("0") else {
            report(written.line, "`\(entry.key)` must not begin with a zero")
            return nil
        }
        guard range.contains(number) else {
            report(written.line, "`\(entry.key)` must be in \(range.lowerBound)...\(range.upperBound)")
            return nil
        }
        return number
    }

    /// A decimal number, which problems call `what`.
    mutating func decimal(_ node: Node, _ what: String, line: Int) -> Double? {
        guard let written = written(node, what, line: line) else { return nil }
        guard !written.isQuoted, let number = WrittenNumber.decimal(written.text) else {
            report(written.line, "\(what) must be a finite decimal number such as -2, 0.5 or 1e6, without quotes")
            return nil
        }
        return number
    }

    /// The elements of a list.
    mutating func list(_ entry: CatalogBlock.Entry, count: ClosedRange<Int>) -> [Node]? {
        guard case .sequence(let sequence) = entry.value else {
            report(entry.value.mark?.line ?? entry.line, "`\(entry.key)` must be a list")
            return nil
        }
        if sequence.count < count.lowerBound {
            report(entry.line, "`\(entry.key)` must list at least \(count.lowerBound)")
        } else if sequence.count > count.upperBound {
            report(entry.line, "`\(entry.key)` must list at most \(count.upperBound)")
        } else {
            return Array(sequence)
        }
        return nil
    }

    /// An aggregator's URL: its bytes are used as they are, so nothing that would need encoding is accepted.
    mutating func url(_ entry: CatalogBlock.Entry) -> String? {
        guard let url = line(entry, limit: CatalogLimits.urlBytes) else { return nil }
        if let flaw = AggregatorURL.flaw(in: url) {
            report(entry.value.mark?.line ?? entry.line, "`\(entry.key)` \(flaw)")
            return nil
        }
        return url
    }

    /// The collector's HPKE configuration, one that can be sealed to.
    mutating func hpkeConfig(_ entry: CatalogBlock.Entry) -> HpkeConfig? {
        guard let written = written(entry) else { return nil }
        guard let bytes = try? Base64URL.decode(written.text), let config = try? HpkeConfig(decoding: bytes) else {
            report(written.line, "`\(entry.key)` is not an HPKE configuration in unpadded base64url")
            return nil
        }
        guard (try? HPKESender(publicKey: config.publicKey, ciphersuite: config.ciphersuite, info: [])) != nil else {
            report(written.line, "`\(entry.key)` has algorithms that are not supported, or a bad key")
            return nil
        }
        return config
    }

    /// The least number of reports; a problem is reported and answered with a stand-in, because metrics inherit it.
    mutating func minBatchSize(_ entry: CatalogBlock.Entry) -> UInt64 {
        whole(entry, in: 1...CatalogLimits.largestBatch) ?? 1
    }

    /// A window's length in seconds; a problem is reported and answered with a stand-in, because metrics inherit it.
    mutating func timePrecision(_ entry: CatalogBlock.Entry) -> UInt64 {
        length(entry, limit: CatalogLimits.timePrecision) ?? 1
    }

    /// A length of time in seconds, at least 1.
    mutating func length(_ entry: CatalogBlock.Entry, limit: UInt64) -> UInt64? {
        guard let written = written(entry) else { return nil }
        guard let seconds = WindowLength.seconds(in: written.text) else {
            report(written.line, "`\(entry.key)` must be seconds, or a number with s, m, h, d or w, such as 1d")
            return nil
        }
        guard (1...limit).contains(seconds) else {
            report(written.line, "`\(entry.key)` must be from 1 second to \(WindowLength.text(limit))")
            return nil
        }
        return seconds
    }
}
