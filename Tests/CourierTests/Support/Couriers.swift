internal import Logging
internal import Synchronization
internal import Webhooks

@testable import Courier

/// A resolver that says what the test decides, and counts the questions.
final class ScriptedResolver: HostResolver {
    private let script: @Sendable (String, Int) async throws(HostResolverError) -> [String]
    private let asked = Mutex<[String]>([])

    init(_ script: @escaping @Sendable (String, Int) async throws(HostResolverError) -> [String]) {
        self.script = script
    }

    /// The same addresses for every name.
    convenience init(_ addresses: String...) { self.init { _, _ in addresses } }

    /// Every name that was asked for, in order.
    var questions: [String] { asked.withLock { $0 } }

    func addresses(of host: String) async throws(HostResolverError) -> [IPAddress] {
        let index = asked.withLock { asked in
            asked.append(host)
            return asked.count - 1
        }
        var addresses: [IPAddress] = []
        for text in try await script(host, index) {
            guard let address = IPAddress(text) else { throw HostResolverError("the test's \(text) is no address") }
            addresses.append(address)
        }
        return addresses
    }
}

extension AddressPolicy {
    /// Allows these networks, which the test writes right.
    static func allowing(_ blocks: String...) throws -> AddressPolicy {
        AddressPolicy(allowed: try blocks.map { try CIDR($0) })
    }

    /// Allows whatever can be allowed.
    static func allowingAll() throws -> AddressPolicy { try .allowing("0.0.0.0/0", "::/0") }
}

/// Runs `body` with a courier that is shut down afterwards.
func withCourier<Result>(
    _ policy: AddressPolicy,
    resolver: any HostResolver = ScriptedResolver("127.0.0.1"),
    _ change: (inout CourierConfiguration) -> Void = { _ in },
    _ body: (Courier) async throws -> Result
) async throws -> Result {
    var configuration = CourierConfiguration(policy: policy, resolver: resolver)
    change(&configuration)
    let courier = try Courier(configuration: configuration, logger: Logger(label: "test"))
    do {
        let result = try await body(courier)
        await courier.shutDown()
        return result
    } catch {
        await courier.shutDown()
        throw error
    }
}

extension Courier {
    /// Posts a text, with a limit that tests need not wait for.
    func post(
        _ url: TargetURL,
        body: String = "{}",
        headers: [(name: String, value: String)] = [("content-type", "application/json")],
        timeout: Duration = .seconds(60)
    ) async throws(CourierFailure) -> CourierAnswer {
        try await post(CourierRequest(url: url, headers: headers, body: Array(body.utf8), timeout: timeout))
    }

    /// The failure of a post that must not succeed.
    func failure(of url: TargetURL, timeout: Duration = .seconds(60)) async -> CourierFailure? {
        do throws(CourierFailure) {
            _ = try await post(url, timeout: timeout)
            return nil
        } catch {
            return error
        }
    }
}

extension TransferLimits {
    static let testing = TransferLimits(transfers: 100, idleConnections: 100, idleTime: .seconds(50), authorities: nil)
}

extension TransferOrder {
    /// A POST without headers to an address that the test writes right.
    static func testing(_ url: String, at address: String, _ policy: AddressPolicy) -> TransferOrder {
        let scheme: TargetURL.Scheme = url.hasPrefix("https:") ? .https : .http
        return TransferOrder(
            url: url,
            address: IPAddress(address) ?? IPAddress(v4: 0),
            guarding: .policy(policy, scheme),
            content: .post(headers: ["Accept:"], body: []),
            timeout: .seconds(30),
            connectTimeout: .seconds(30)
        )
    }
}
