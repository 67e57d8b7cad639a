import Yams

/// The text of a catalog as a tree of YAML nodes.
enum CatalogSource {
    /// The tree, or nil if the text holds nothing.
    ///
    /// - Throws: `CatalogError` with one problem if the text is not YAML, has repeated keys, or uses aliases.
    static func tree(of yaml: String) throws(CatalogError) -> Node? {
        if let line = lineOfAlias(in: yaml) {
            throw CatalogError("YAML aliases (`*name`) are not supported in a catalog", line: line)
        }
        do {
            return try Yams.compose(yaml: yaml)
        } catch let error as YamlError {
            throw problem(error)
        } catch {
            throw CatalogError("not YAML")
        }
    }

    private static func problem(_ error: YamlError) -> CatalogError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return CatalogError("not YAML: \(problem)", line: mark.line)
        case .reader(let problem, let offset, _, let yaml):
            let line = offset.map { offset in
                1 + yaml.prefix(offset).unicodeScalars.count { $0 == "\n" }
            }
            return CatalogError("not YAML: \(problem)", line: line)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map(shown).joined(separator: ", ")
            return CatalogError("given twice in one block: \(names)", line: context.mark.line)
        default:
            return CatalogError("not YAML")
        }
    }

    /// The line of the first word `*name` where `&name` is a word too, or nil.
    ///
    /// An alias can stand for a tree of aliases, and comparing keys made of them takes exponential time inside the
    /// YAML library, so aliases are refused before it sees them. This finds every alias that has an anchor; the price
    /// is that no text may have both words in it.
    private static func lineOfAlias(in yaml: String) -> Int? {
        let bytes = Array(yaml.utf8)
        let anchors = Set(words(after: UInt8(ascii: "&"), in: bytes).map(\.name))
        guard !anchors.isEmpty,
            let alias = words(after: UInt8(ascii: "*"), in: bytes).first(where: { anchors.contains($0.name) })
        else { return nil }
        return 1 + bytes[..<alias.start].count { $0 == UInt8(ascii: "\n") }
    }

    /// The words that begin with `mark`, without it, and where they start.
    private static func words(after mark: UInt8, in bytes: [UInt8]) -> [(start: Int, name: ArraySlice<UInt8>)] {
        var words: [(start: Int, name: ArraySlice<UInt8>)] = []
        var previous: UInt8 = 0
        for (index, byte) in bytes.enumerated() {
            defer { previous = byte }
            guard byte == mark, !isNamePart(previous) else { continue }
            let name = bytes[(index + 1)...].prefix(while: isNamePart)
            if !name.isEmpty {
                words.append((index, name))
            }
        }
        return words
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
