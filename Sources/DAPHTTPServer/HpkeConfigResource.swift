import DAPMessages
import Hummingbird

import enum DAPMessages.MediaType

/// `{aggregator}/hpke_config` (DAP §4.4.1).
struct HpkeConfigResource {
    private let body: [UInt8]

    init(configs: HpkeConfigList) throws {
        body = try configs.encoded()
    }

    func add(to group: RouterGroup<BasicRequestContext>) {
        group.get("hpke_config") { [body] _, _ in
            var response = Response.message(.hpkeConfigList, body)
            // Everybody gets the same, so shared caches may keep it even of a request that carried a token.
            response.headers[.cacheControl] = "public, max-age=\(HTTPLimits.hpkeConfigMaxAge)"
            return response
        }
    }
}
