internal import CCurl
internal import Glibc
internal import Logging
internal import Models
internal import Synchronization
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import Courier

/// Blocks of memory that libcurl holds: its handles, lists, mails and answers.
private let blocks = Atomic<Int>(0)

private func countAllocations() -> CURLcode {
    curl_global_init_mem(
        Int(CURL_GLOBAL_SSL),
        { size in
            blocks.add(1, ordering: .relaxed)
            return malloc(size)
        },
        { pointer in
            if pointer != nil { blocks.subtract(1, ordering: .relaxed) }
            free(pointer)
        },
        { pointer, size in
            if pointer == nil { blocks.add(1, ordering: .relaxed) }
            return realloc(pointer, size)
        },
        { text in
            blocks.add(1, ordering: .relaxed)
            return text.flatMap { strdup($0) }
        },
        { count, size in
            blocks.add(1, ordering: .relaxed)
            return calloc(count, size)
        }
    )
}

@Suite struct MemoryTests {
    @Test func libcurlGetsAllItsMemoryBack() async {
        // In a process of its own, whose libcurl counts.
        await #expect(processExitsWith: .success) {
            try #require(countAllocations() == CURLE_OK)
            try await useACourier(posts: 20)
            // What the library keeps for ever is there after the first time.
            for _ in 0..<1000 where blocks.load(ordering: .relaxed) > 50 {
                try await Task.sleep(for: .milliseconds(10))
            }
            let before = blocks.load(ordering: .relaxed)
            try #require(before <= 50, "\(before) blocks are left after a first courier")
            for _ in 0..<3 { try await useACourier(posts: 200) }
            // The last courier closes its connections behind its last answer.
            for _ in 0..<1000 where blocks.load(ordering: .relaxed) > before {
                try await Task.sleep(for: .milliseconds(10))
            }
            let after = blocks.load(ordering: .relaxed)
            try #require(after <= before, "\(before) blocks before, \(after) after 600 transfers")
        }
    }
}

/// Posts to receivers good and bad, hands mail to a relay that is none, cancels, and shuts down in the middle.
private func useACourier(posts: Int) async throws {
    let replies: [Receiver.Reply] = [
        .answer(200, headers: ["X-A": "b"], body: "ok"), .hangUp, .answer(500), .drip("HTTP/1.1 200 OK\r\n", byte: "x"),
        .bytes("nonsense\r\n", closing: true), .silence,
    ]
    let policy = try AddressPolicy.allowing("127.0.0.1/32")
    try await Receiver.with { _, index in
        replies[index % replies.count]
    } _: { receiver in
        var configuration = CourierConfiguration(policy: policy, resolver: ScriptedResolver("127.0.0.1"))
        configuration.relay = try SMTPRelay(
            url: "smtp://127.0.0.1:\(receiver.port)",
            user: "user",
            password: "password",
            sender: MailAddress("busbar@example.com"),
            allowsPlaintext: true
        )
        let courier = try Courier(configuration: configuration, logger: Logger(label: "test"))
        let url = try TargetURL("http://sink.example:\(receiver.port)/", policy: policy)
        let refused = try TargetURL("https://127.0.0.1:\(receiver.port)/", policy: policy)
        let envelope = MailEnvelope(
            id: "1",
            recipients: [try MailAddress("a@example.com")],
            subject: "s",
            plain: "p",
            html: "h",
            date: .init(milliseconds: 0),
            timeout: .milliseconds(300)
        )
        await withDiscardingTaskGroup { group in
            for index in 0..<posts {
                group.addTask {
                    let task = Task {
                        await courier.failure(of: index % 9 == 0 ? refused : url, timeout: .milliseconds(300))
                    }
                    if index % 7 == 0 { task.cancel() }
                    _ = await task.value
                }
                if index % 20 == 0 { group.addTask { _ = try? await courier.mail(envelope) } }
            }
        }
        await withDiscardingTaskGroup { group in
            for _ in 0..<10 { group.addTask { _ = await courier.failure(of: url) } }
            try? await receiver.wait { $0.requests.count > 10 }
            await courier.shutDown()
        }
        // What is closed after the last answer is given.
        try await receiver.wait { $0.closed == $0.connections }
    }
}
