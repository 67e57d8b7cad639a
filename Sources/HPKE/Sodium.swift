import CSodium

/// libsodium, set up once per process. Whatever calls a primitive of it goes through ``ready`` first.
enum Sodium {
    /// Touching it runs `sodium_init`, which picks the fastest implementation for this processor.
    static let ready: Void = {
        // -1 means that libsodium could not be set up, 1 that another module has done it before.
        precondition(sodium_init() >= 0, "libsodium could not be initialized")
    }()
}
