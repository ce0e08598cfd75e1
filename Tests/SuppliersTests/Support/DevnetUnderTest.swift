internal import AsyncHTTPClient
internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization
internal import TestSupport
internal import Tron

/// A devnet of the test's own, started from the executable that is built beside the tests.
struct DevnetUnderTest: Sendable {
    let url: String
    let clock: DevnetClock
    let node: TronClient

    /// Runs `body` with a devnet of quick blocks and ends it afterwards.
    static func with<Result: Sendable>(
        _ body: (DevnetUnderTest) async throws -> Result
    ) async throws -> Result {
        let home = try ServerDirectory.temporary()
        let devnet: DevnetProcess
        do {
            devnet = try await .start(try executable(), blockInterval: "100ms", in: home.path)
        } catch {
            await LocalFile.remove(home.path)
            throw error
        }
        let node = TronClient([NodeEndpoint(url: devnet.url)])
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(DevnetUnderTest(url: devnet.url, clock: DevnetClock(), node: node)))
        } catch {
            outcome = .failure(error)
        }
        await node.shutdown()
        await devnet.process.stop(grace: .seconds(5))
        await LocalFile.remove(home.path)
        return try outcome.get()
    }

    /// The debug executable stands beside the test bundle; the release one where `./busbar test` says.
    private static func executable() throws -> String {
        var folders = CommandLine.arguments.compactMap { argument in
            argument.contains(".xctest") ? argument.lastIndex(of: "/").map { String(argument[..<$0]) } : nil
        }
        if let folder = Launch.variable("BUSBAR_TEST_EXECUTABLES") { folders.append(folder) }
        for folder in folders where LocalFile.isExecutable(folder + "/devnet") { return folder + "/devnet" }
        throw TestFailure("there is no devnet executable in \(folders)")
    }

    /// A new account with TRX.
    func wallet(trx: Int64 = 100) async throws -> PrivateKey {
        let key = PrivateKey.random()
        try await post("fund", #"{"address":"\#(key.address)","trx":\#(trx)}"#)
        return key
    }

    /// Moves domain time ahead.
    func advance(_ duration: Duration) async throws {
        try await post("time", #"{"advance_ms":\#(duration.wholeMilliseconds)}"#)
        clock.advance(duration)
    }

    /// All energy that an account may use a day: its own and what others have delegated.
    func energy(of address: TronAddress) async throws -> Energy {
        try await node.accountResources(of: address)?.energyLimit ?? .zero
    }

    /// Waits until the account has at least so much energy.
    func waitForEnergy(_ energy: Energy, of address: TronAddress) async throws {
        try await wait("energy \(energy)") { try await self.energy(of: address) >= energy }
    }

    /// Waits until the account has no energy any more.
    func waitForNoEnergy(of address: TronAddress) async throws {
        try await wait("no energy") { try await self.energy(of: address) == .zero }
    }

    @discardableResult
    func post(_ path: String, _ body: String) async throws -> Data {
        var request = HTTPClientRequest(url: "\(url)/devnet/\(path)")
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request)
    }

    func get(_ path: String) async throws -> Data { try await send(HTTPClientRequest(url: "\(url)/devnet/\(path)")) }

    private func send(_ request: HTTPClientRequest) async throws -> Data {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: 8 << 20)
        guard response.status.code == 200 else {
            throw TestFailure("\(request.url): \(response.status.code) \(String(buffer: body))")
        }
        return Data(body.readableBytesView)
    }
}

/// Domain time of a devnet: the machine's clock and what the test has added.
final class DevnetClock: WallClock {
    private let offset = Mutex(Duration.zero)

    func now() -> Timestamp { SystemClock().now() + offset.withLock { $0 } }

    func advance(_ duration: Duration) { offset.withLock { $0 += duration } }
}

/// What keeps a test from going on.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Waits until something is so that nobody announces.
func wait(
    _ what: String,
    limit: Duration = .seconds(20),
    until isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .patient(limit)
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw TestFailure("waited \(limit) for \(what)") }
        try await Task.sleep(for: .milliseconds(50))
    }
}
