import DAPMessages
import Hummingbird

import enum DAPMessages.MediaType

/// The answers that are no refusals.
extension Response {
    /// A message.
    ///
    /// - Parameter location: the resource that the message is the representation of, when it has a URL of its own.
    static func message(_ mediaType: MediaType, _ body: [UInt8], at location: String? = nil) -> Response {
        var response = Response(
            status: .ok, headers: [.contentType: mediaType.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        response.headers[.location] = location
        return response
    }

    /// The resource is not ready (DAP §3.1): nothing, where to ask for it, and how many seconds to wait until then.
    static func pending(at location: String, retryAfter: UInt64) -> Response {
        Response(status: .ok, headers: [.location: location, .retryAfter: String(retryAfter)])
    }
}
