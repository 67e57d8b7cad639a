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
            var response = ResourceRequest.response(.hpkeConfigList, body)
            response.headers[.cacheControl] = "max-age=\(HTTPLimits.hpkeConfigMaxAge)"
            return response
        }
    }
}
