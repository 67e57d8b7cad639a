/// What a proxy does to a request besides handing it on.
enum ProxyFault: String, CaseIterable, Sendable {
    /// The connection is closed as soon as it is there.
    case refused = "refused"
    /// The request never reaches the server.
    case requestLost = "request lost"
    /// The server gets a part of the request's body.
    case requestCut = "request cut short"
    /// The server answers, and the answer never arrives.
    case responseLost = "response lost"
    /// A part of the answer arrives.
    case responseCut = "response cut short"
    /// The request or the answer waits for up to some seconds.
    case delayed = "delayed"
    /// A POST reaches the server twice, one after the other or at the same time; either answer is given.
    case deliveredTwice = "delivered twice"
    /// The sender learns that the connection is gone, and the request reaches the server after that.
    case deliveredLate = "delivered late"
    /// The proxy answers itself with a 5xx status, whether or not the server had the request.
    case gatewayError = "gateway error"

    /// The chance that a connection is refused.
    private static let refusal = 0.02
    /// The chances of everything else, for each request.
    private static let chances: [(fault: ProxyFault, chance: Double)] = [
        (.requestLost, 0.03), (.requestCut, 0.02), (.responseLost, 0.04), (.responseCut, 0.02), (.delayed, 0.08),
        (.deliveredTwice, 0.06), (.deliveredLate, 0.02), (.gatewayError, 0.03),
    ]

    /// Whether a connection is refused.
    static func refuses(_ dice: Dice) -> Bool { dice.chance(refusal) }

    /// What happens to a request, if anything.
    static func draw(_ dice: Dice, isPost: Bool) -> ProxyFault? {
        for (fault, chance) in chances where dice.chance(chance) {
            if !isPost, fault == .deliveredTwice || fault == .requestCut { continue }
            return fault
        }
        return nil
    }
}
