import DAPMessages

/// How a metric's reports become batches, and when they are made.
extension CatalogReader {
    /// A batch mode; a problem is reported and answered with a stand-in, because metrics inherit it.
    mutating func batchMode(_ entry: CatalogBlock.Entry) -> BatchMode {
        guard let word = line(entry, limit: CatalogLimits.nameBytes) else { return .timeInterval }
        guard let mode = BatchMode(word: word) else {
            let modes = BatchMode.allCases.map(\.word).joined(separator: " or ")
            report(entry.line, "`\(entry.key)` must be \(modes)")
            return .timeInterval
        }
        return mode
    }

    /// The value of `starts` or `ends`.
    mutating func moment(_ entry: CatalogBlock.Entry) -> WrittenMoment {
        let line = entry.value.mark?.line ?? entry.line
        guard let text = self.line(entry, limit: CatalogLimits.nameBytes) else {
            return WrittenMoment(key: entry.key, line: line, posixSeconds: nil)
        }
        do throws(TimestampError) {
            let moment = try Timestamp(text)
            guard !text.utf8.contains(UInt8(ascii: ".")) else {
                report(line, "`\(entry.key)` must be a whole second")
                return WrittenMoment(key: entry.key, line: line, posixSeconds: nil)
            }
            return WrittenMoment(key: entry.key, line: line, posixSeconds: moment.posixSeconds)
        } catch {
            report(line, "`\(entry.key)` is \(error)")
            return WrittenMoment(key: entry.key, line: line, posixSeconds: nil)
        }
    }

    /// The period from `starts` to `ends`, nil without both.
    mutating func period(
        from starts: WrittenMoment?, to ends: WrittenMoment?, timePrecision: UInt64
    ) -> Range<UInt64>? {
        guard let starts, let ends else {
            if let alone = starts ?? ends {
                report(alone.line, "`starts` and `ends` go together, and there is only `\(alone.key)`")
            }
            return nil
        }
        guard let start = starts.posixSeconds, let end = ends.posixSeconds else { return nil }
        var isAligned = true
        for (moment, seconds) in [(starts, start), (ends, end)] where !seconds.isMultiple(of: timePrecision) {
            let precision = WindowLength.text(timePrecision)
            let near = Self.multiples(of: timePrecision, around: seconds).map(\.description).joined(separator: " or ")
            report(
                moment.line,
                "`\(moment.key)` must be a multiple of the time_precision of \(precision), counted from 1970: \(near)")
            isAligned = false
        }
        guard isAligned else { return nil }
        guard start < end else {
            report(ends.line, "`ends` must be after `starts`")
            return nil
        }
        return start..<end
    }

    /// The multiples right before and right after `seconds`, those of them that have a text.
    private static func multiples(of precision: UInt64, around seconds: UInt64) -> [Timestamp] {
        let before = seconds / precision * precision
        return [before, before + precision].filter { $0 <= Timestamp.last }.map { Timestamp(posixSeconds: $0) }
    }
}

/// `starts` or `ends` as the file gives it, to the metric or to all.
struct WrittenMoment {
    /// `starts` or `ends`.
    let key: String
    /// Where it is given.
    let line: Int
    /// Nil if the value is a problem, which has been reported there once.
    let posixSeconds: UInt64?
}
