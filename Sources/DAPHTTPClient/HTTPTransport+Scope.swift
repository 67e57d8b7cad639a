extension HTTPTransport {
    /// Gives `body` the transport and closes its connections afterwards.
    ///
    /// - Throws: what `body` throws.
    public static func use<Value>(
        _ transport: HTTPTransport = HTTPTransport(), _ body: (HTTPTransport) async throws -> Value
    ) async throws -> Value {
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
