public import DAPHTTPClient

extension HTTPTransport {
    /// Gives `body` a transport and closes its connections afterwards.
    ///
    /// - Throws: what `body` throws.
    public static func use<Value>(_ body: (HTTPTransport) async throws -> Value) async throws -> Value {
        let transport = HTTPTransport()
        do {
            let value = try await body(transport)
            // Nothing is lost with a connection that doesn't close.
            try? await transport.shutdown()
            return value
        } catch {
            try? await transport.shutdown()
            throw error
        }
    }
}
