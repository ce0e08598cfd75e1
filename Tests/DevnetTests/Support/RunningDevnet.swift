internal import AsyncHTTPClient
internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import NIOCore
internal import NIOHTTP1
internal import TestSupport

@testable internal import Devnet

/// A devnet of the test's own, started from the executable that is built beside the tests.
struct RunningDevnet: Sendable {
    let url: String

    struct Missing: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        func json() throws -> JSON { try JSON(parsing: body) }
    }

    /// Runs `body` with a devnet and ends it afterwards.
    static func with(_ body: (RunningDevnet) async throws -> Void) async throws {
        let home = try ServerDirectory.temporary()
        do {
            let devnet = try await DevnetProcess.start(try executable(), blockInterval: "1s", in: home.path)
            do {
                try await body(RunningDevnet(url: devnet.url))
            } catch {
                await devnet.process.stop(grace: .seconds(5))
                throw error
            }
            await devnet.process.stop(grace: .seconds(5))
        } catch {
            await LocalFile.remove(home.path)
            throw error
        }
        await LocalFile.remove(home.path)
    }

    /// The debug executable stands beside the test bundle; the release one where `./busbar test` says.
    private static func executable() throws -> String {
        var folders = CommandLine.arguments.compactMap { argument in
            argument.contains(".xctest") ? argument.lastIndex(of: "/").map { String(argument[..<$0]) } : nil
        }
        if let folder = Launch.variable("BUSBAR_TEST_EXECUTABLES") { folders.append(folder) }
        for folder in folders where LocalFile.isExecutable(folder + "/devnet") { return folder + "/devnet" }
        throw Missing("there is no devnet executable in \(folders)")
    }

    func get(_ path: String) async throws -> Answer { try await send(HTTPClientRequest(url: url + path)) }

    @discardableResult
    func post(
        _ path: String,
        _ body: String,
        headers: [(String, String)] = [("content-type", "application/json")],
        limit: Duration = .seconds(20)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.headers = HTTPHeaders(headers)
        request.body = .bytes(ByteBuffer(string: body))
        return try await send(request, limit: limit)
    }

    private func send(_ request: HTTPClientRequest, limit: Duration = .seconds(20)) async throws -> Answer {
        let limit = TimeAmount.milliseconds(limit.wholeMilliseconds)
        let response = try await HTTPClient.shared.execute(request, timeout: limit)
        let body = try await response.body.collect(upTo: 64 << 20)
        let headers = response.headers.reduce(into: [String: String]()) { $0[$1.name.lowercased()] = $1.value }
        return Answer(status: Int(response.status.code), headers: headers, body: Array(body.readableBytesView))
    }
}
