import DAPHTTPServer
import DAPRoles
import Foundation
import Logging
import PrioCommand
import ServiceLifecycle

/// The server; when it cannot listen, the error names the address.
struct ServerService: Service {
    let server: AggregatorServer
    let listen: AggregatorConfiguration.Listen

    func run() async throws {
        do {
            try await server.run()
        } catch is CancellationError {
        } catch {
            throw CommandFailure(.badConfiguration, "cannot listen at \(listen.host) port \(listen.port): \(error)")
        }
    }
}

/// The leader's driver, which gives its leases back when it is stopped.
struct DriverService: Service {
    let driver: LeaderDriver

    func run() async throws {
        await cancelWhenGracefulShutdown { await driver.run() }
    }
}

/// Logs that the aggregator is ready, once its own `/readyz` says so.
struct ReadyNotice: Service {
    /// Between two looks, in milliseconds.
    private static let pause: UInt64 = 50

    let parts: AggregatorParts
    let transport: any Transport
    let logger: Logger

    func run() async throws {
        let listen = parts.configuration.listen
        let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
        let request = TransportRequest(.get, "http://\(host):\(listen.port)/readyz")
        await cancelWhenGracefulShutdown {
            repeat {
                do { try await SystemClock().sleep(milliseconds: Self.pause) } catch { return }
            } while (try? await transport.send(request))?.status != 200
            let tasks = parts.tasks.map { "\($0.metric.name)=\($0.taskID)" }.joined(separator: " ")
            logger.info(
                "ready",
                metadata: [
                    "role": "\(parts.configuration.role.rawValue)", "address": "\(host):\(listen.port)",
                    "tasks": "\(parts.tasks.count)", "task_ids": "\(tasks)",
                ])
            // A service that ends by itself while others are being shut down counts as a failure of the group.
            try? await gracefulShutdown()
        }
    }
}

/// Ends when stdin does: whoever started this process with a pipe and died takes it along.
struct StdinWatch: Service {
    func run() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        // A thread, as reading blocks.
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            continuation.finish()
        }
        await cancelWhenGracefulShutdown {
            for await _ in stream {}
        }
    }
}

/// Ends the process when shutting down takes too long. Nothing is lost: what is not committed was never acknowledged.
struct ExitLimit: Service {
    let seconds: Double

    func run() async throws {
        try await gracefulShutdown()
        Thread.detachNewThread { [seconds] in
            Thread.sleep(forTimeInterval: seconds)
            _exit(ExitStatus.done.rawValue)
        }
    }
}
