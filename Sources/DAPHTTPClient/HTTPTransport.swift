import AsyncHTTPClient
public import DAPRoles
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// DAP requests over HTTP/1.1, with connections kept open between them.
public final class HTTPTransport: Transport, Sendable {
    /// The field that carries tokens (DAP §3.5).
    public enum TokenField: Sendable {
        /// `Authorization: Bearer` (RFC 6750 §2.1).
        case authorization
        /// `DAP-Auth-Token`, which deployed peers ask for.
        case dapAuthToken
    }

    /// Seconds that an idle connection is kept; less than servers keep theirs, so that no request goes to one that is
    /// just being closed.
    private static let idleSeconds: Int64 = 30

    private let client: HTTPClient
    private let timeout: Int
    private let tokenField: TokenField
    private let maximumResponseSize: Int

    /// - Parameters:
    ///   - timeout: seconds until a request without a whole response counts as unanswered.
    ///   - connections: connections to one peer at the same time.
    ///   - tokenField: the field that carries tokens.
    public convenience init(timeout: Int = 30, connections: Int = 8, tokenField: TokenField = .authorization) {
        self.init(
            timeout: timeout, connections: connections, tokenField: tokenField,
            maximumResponseSize: TransportRequest.maximumResponseSize)
    }

    package init(
        timeout: Int, connections: Int, tokenField: TokenField = .authorization, maximumResponseSize: Int
    ) {
        self.timeout = timeout
        self.tokenField = tokenField
        self.maximumResponseSize = maximumResponseSize
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(connect: .seconds(10), read: .seconds(Int64(timeout))))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.idleTimeout = .seconds(Self.idleSeconds)
        // Roles try again by themselves, and say so; a peer that is down shall be known at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // Whoever forgot it, on the way of an error say, shall not end the process: the client traps unless it is told.
        client.shutdown { _ in }
    }

    /// Closes all connections; the transport cannot be used afterwards.
    public func shutdown() async throws { try await client.shutdown() }

    /// Sends a request and reads the whole response.
    ///
    /// - Throws: `TransportError`.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let outgoing = outgoing(request)
        do {
            return try await withThrowingTaskGroup(of: TransportResponse.self) { group in
                group.addTask { try await self.exchange(outgoing) }
                // The client's own deadline is over with the response's head, and its read timeout starts anew with
                // every byte.
                group.addTask { [timeout] in
                    try await Task.sleep(for: .seconds(timeout))
                    throw HTTPClientError.deadlineExceeded
                }
                defer { group.cancelAll() }
                guard let response = try await group.next() else { throw HTTPClientError.cancelled }
                return response
            }
        } catch is NIOTooManyBytesError {
            throw TransportError("the response is longer than \(maximumResponseSize) bytes")
        } catch {
            // The error's own text can name headers; its kind is enough.
            throw TransportError("no answer from \(Self.origin(of: request.url)): \(Self.kind(of: error))")
        }
    }

    private func exchange(_ outgoing: HTTPClientRequest) async throws -> TransportResponse {
        let response = try await client.execute(outgoing, timeout: .seconds(Int64(timeout)))
        let body = try await response.body.collect(upTo: maximumResponseSize)
        return Self.response(response, body: Array(body.readableBytesView))
    }

    private func outgoing(_ request: TransportRequest) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        if let mediaType = request.mediaType {
            outgoing.headers.add(name: "Content-Type", value: mediaType.contentType)
        }
        if let releases = request.releases {
            outgoing.headers.add(name: ReleaseNotice.fieldName, value: releases.field)
        }
        if let token = request.token {
            let text = token.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            switch tokenField {
            case .authorization: outgoing.headers.add(name: "Authorization", value: "Bearer " + text)
            case .dapAuthToken: outgoing.headers.add(name: "DAP-Auth-Token", value: text)
            }
        }
        if request.method == .post { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        return outgoing
    }

    private static func response(_ response: HTTPClientResponse, body: [UInt8]) -> TransportResponse {
        var result = TransportResponse(
            status: Int(response.status.code), contentType: response.headers.first(name: "Content-Type"),
            location: response.headers.first(name: "Location"),
            retryAfter: response.headers.first(name: "Retry-After").flatMap { RetryAfter.seconds($0, now: Date()) },
            body: body,
            problem: ProblemDocument.read(contentType: response.headers.first(name: "Content-Type"), body: body))
        result.releases = response.headers.first(name: ReleaseNotice.fieldName).flatMap(ReleaseNotice.init(field:))
        return result
    }

    /// Scheme and host, without user information, which may be a password.
    private static func origin(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return "an invalid URL" }
        return "\(parts[0])//\(parts[2].split(separator: "@").last ?? "")"
    }

    private static func kind(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case is CancellationError: "cancelled"
        case is NIOConnectionError: "it cannot be connected to"
        default: "\(type(of: error))"
        }
    }
}
