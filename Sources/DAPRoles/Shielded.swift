/// Runs work to its end even when the surrounding task is cancelled meanwhile.
///
/// A store may refuse to work for a cancelled task, or not tell what became of its transaction. A lease that is
/// taken or given back during shutdown must not depend on it: a lost one keeps its job waiting until it ends.
func shielded<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await Task { try await work() }.value
}
