import HTTPTypes
import Hummingbird
import Models
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct DevnetClockTests {
    @Test func itFollowsTheDevnetThatIsAdvanced() async throws {
        let ahead = Mutex<Int64>(3_600_000)
        let port = Mutex<Int?>(nil)
        let router = Router()
        router.get("devnet/time") { _, _ in
            let now = SystemClock().now().milliseconds + ahead.withLock { $0 }
            return Response(
                status: .ok,
                body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"now_ms": \#(now), "more": 1}"#))
            )
        }
        let server = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.withLock { $0 = channel.localAddress?.port } },
            logger: .silent
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            try await eventually("the devnet listens") { port.withLock { $0 } != nil }
            let number = try #require(port.withLock { $0 })
            let clock = DevnetClock(url: "http://127.0.0.1:\(number)/", logger: .silent)
            #expect(!clock.isKnown)
            group.addTask { try await clock.run() }
            func offset() -> Duration { clock.now() - SystemClock().now() }
            try await eventually("its time is known") { clock.isKnown }
            #expect(offset() > .seconds(3590) && offset() < .seconds(3610))
            ahead.withLock { $0 = 86_400_000 }
            try await eventually("the jump is followed") { offset() > .seconds(86_390) }
            group.cancelAll()
        }
    }
}
