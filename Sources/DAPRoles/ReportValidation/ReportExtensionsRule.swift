package import DAPMessages

/// Extensions are known, stand in increasing order, and none stands twice, in public or private (DAP §4.5.3.4).
package enum ReportExtensionsRule {
    /// The extension types that are understood: DAP defines none yet.
    package static let known: Set<UInt16> = []

    /// `invalid_message`, or nil when the extensions are acceptable.
    package static func check(publicExtensions: [Extension], privateExtensions: [Extension]) -> ReportError? {
        let types = (publicExtensions + privateExtensions).map(\.extensionType)
        guard unknown(publicExtensions, privateExtensions).isEmpty, Set(types).count == types.count,
            publicExtensions.isStrictlyIncreasing, privateExtensions.isStrictlyIncreasing
        else { return .invalidMessage }
        return nil
    }

    /// The code points that are not understood, each once, in increasing order.
    package static func unknown(_ lists: [Extension]...) -> [UInt16] {
        Set(lists.joined().map(\.extensionType)).subtracting(known).sorted()
    }
}
