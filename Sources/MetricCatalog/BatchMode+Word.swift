public import DAPMessages

extension BatchMode {
    /// The word for it in a catalog file.
    public var word: String {
        switch self {
        case .timeInterval: "time-interval"
        case .leaderSelected: "leader-selected"
        }
    }

    /// The mode that `word` stands for in a catalog file; nil for another word.
    init?(word: String) {
        guard let mode = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = mode
    }
}
