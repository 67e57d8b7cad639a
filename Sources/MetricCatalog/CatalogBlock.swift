import Yams

/// One block of keys and values of the file. Taking a key out marks it as understood; what stays is unknown.
struct CatalogBlock {
    /// A key's value and where the key stands.
    struct Entry {
        let key: String
        let line: Int
        let value: Node
    }

    /// Where the block starts.
    let line: Int
    private var entries: [Entry]

    /// The entries of `mapping`. `report` gets a problem for every key that is none, or is there twice: Yams refuses
    /// repeated keys before this, except those that a tag makes different.
    init(_ mapping: Node.Mapping, line: Int, report: (Int, String) -> Void) {
        self.line = line
        entries = []
        for (key, value) in mapping {
            let keyLine = key.mark?.line ?? line
            guard let name = key.scalar?.string else {
                report(keyLine, "a key must be a single word")
                continue
            }
            guard !entries.contains(where: { $0.key == name }) else {
                report(keyLine, "the key \(shown(name)) is given twice")
                continue
            }
            entries.append(Entry(key: name, line: keyLine, value: value))
        }
    }

    /// Removes and returns the entry of `key`.
    mutating func take(_ key: String) -> Entry? {
        entries.firstIndex { $0.key == key }.map { entries.remove(at: $0) }
    }

    /// The entries that nobody has taken, in the order of the file.
    var remaining: [Entry] { entries }
}

/// A name from the file for an error message: quoted, shortened, and with nothing in it that a terminal acts upon.
func shown(_ name: String) -> String {
    let limit = 40
    let visible = name.unicodeScalars.prefix(limit).map { isControl($0) ? "?" : String($0) }.joined()
    return "`\(visible)\(name.unicodeScalars.count > limit ? "…" : "")`"
}

/// Whether a character ends a line, controls a terminal, changes the direction of the text around it, or is otherwise
/// invisible. The joiners, which some scripts need, are none.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
    case .format: scalar != "\u{200c}" && scalar != "\u{200d}"
    default: false
    }
}
