internal import Glibc
internal import Logging
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import Courier

@Suite struct ConcurrencyTests {
    @Test func manyHangingTransfersDelayNobody() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await Receiver.with { _, _ in
            .silence
        } _: { hanging in
            try await Receiver.with { receiver in
                try await withCourier(policy) { courier in
                    let dead = try TargetURL("http://dead.example:\(hanging.port)/", policy: policy)
                    let alive = try TargetURL("http://alive.example:\(receiver.port)/", policy: policy)
                    try await withThrowingTaskGroup(of: CourierFailure?.self) { group in
                        for _ in 0..<200 { group.addTask { await courier.failure(of: dead) } }
                        try await hanging.wait { $0.requests.count == 200 }
                        let start = ContinuousClock.now
                        for _ in 0..<100 {
                            let status = try await courier.post(alive).status
                            #expect(status == 200)
                        }
                        let taken = ContinuousClock.now - start
                        #expect(taken < .patient(.seconds(3)), "100 posts beside 200 that hang took \(taken)")
                        #expect(await courier.web.tally.active == 200)
                        // They hang still, and end at once when nobody wants them any more.
                        group.cancelAll()
                        for try await failure in group { #expect(failure?.code == .cancelled) }
                    }
                    try await hanging.wait { $0.closed == 200 }
                    #expect(await courier.web.tally.active == 0)
                }
            }
        }
    }

    @Test func aCancelledTaskEndsItsTransferAtEveryStage() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await Receiver.with { _, _ in
            .silence
        } _: { receiver in
            let resolver = ScriptedResolver { host, _ throws(HostResolverError) in
                if host == "slow.example" { try? await Task.sleep(for: .seconds(3600)) }
                return ["127.0.0.1"]
            }
            try await withCourier(policy, resolver: resolver) { courier in
                for host in ["slow.example", "quick.example"] {
                    let url = try TargetURL("http://\(host):\(receiver.port)/", policy: policy)
                    // Before, in the middle and at the end of what it does first.
                    for spins in [0, 1, 10, 100, 1000, 10_000] {
                        let task = Task { await courier.failure(of: url) }
                        for _ in 0..<spins { await Task.yield() }
                        task.cancel()
                        #expect(await task.value?.code == .cancelled)
                    }
                }
                #expect(await courier.web.tally.active == 0)
            }
        }
    }

    @Test func aShutdownEndsEverybodyOnceAndLaterCallsFailAtOnce() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await Receiver.with { _, _ in
            .silence
        } _: { receiver in
            let courier = try Courier(
                configuration: CourierConfiguration(policy: policy, resolver: ScriptedResolver("127.0.0.1")),
                logger: Logger(label: "test")
            )
            let url = try TargetURL("http://sink.example:\(receiver.port)/", policy: policy)
            // Some are under way, some begin while it shuts down, some are cancelled meanwhile. A continuation that is
            // resumed twice traps, and one that is not leaves the test hanging.
            let codes = await withTaskGroup(of: CourierFailure.Code?.self) { group in
                for _ in 0..<50 { group.addTask { await courier.failure(of: url)?.code } }
                try? await receiver.wait { $0.requests.count == 50 }
                for index in 0..<100 {
                    group.addTask {
                        let task = Task { await courier.failure(of: url)?.code }
                        if index.isMultiple(of: 3) { task.cancel() }
                        return await task.value
                    }
                }
                group.addTask {
                    await courier.shutDown()
                    return nil
                }
                group.addTask {
                    await courier.shutDown()
                    return nil
                }
                var codes: [CourierFailure.Code] = []
                for await code in group { if let code { codes.append(code) } }
                return codes
            }
            #expect(codes.count == 150)
            #expect(Set(codes).isSubset(of: [.stopped, .cancelled]))
            #expect(await courier.failure(of: url)?.code == .stopped)
            try await receiver.wait { $0.closed == $0.connections }
        }
    }

    @Test func aCourierThatIsLetGoClosesItsConnections() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await Receiver.with { receiver in
            let url = try TargetURL("http://sink.example:\(receiver.port)/", policy: policy)
            do {
                let courier = try Courier(
                    configuration: CourierConfiguration(policy: policy, resolver: ScriptedResolver("127.0.0.1")),
                    logger: Logger(label: "test")
                )
                _ = try await courier.post(url)
            }
            try await receiver.wait { $0.closed == 1 }
        }
    }

    @Test func moreThanTheLimitIsRefusedAtOnce() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await Receiver.with { _, _ in
            .silence
        } _: { receiver in
            try await withCourier(policy) { configuration in
                configuration.maximumTransfers = 2
            } _: { courier in
                let url = try TargetURL("http://sink.example:\(receiver.port)/", policy: policy)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<2 { group.addTask { _ = await courier.failure(of: url) } }
                    try await receiver.wait { $0.requests.count == 2 }
                    #expect(await courier.failure(of: url)?.code == .overloaded)
                    group.cancelAll()
                }
            }
        }
    }

    @Test func idleConnectionsAreBounded() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await Receiver.with { receiver in
            try await withCourier(policy) { configuration in
                configuration.maximumIdleConnections = 16
            } _: { courier in
                for index in 0..<60 {
                    let url = try TargetURL("http://host-\(index).example:\(receiver.port)/", policy: policy)
                    let status = try await courier.post(url).status
                    #expect(status == 200)
                }
                #expect(receiver.record.connections == 60)
                // One more may be in use.
                try await receiver.wait { $0.connections - $0.closed <= 17 }
            }
        }
    }

    @Test func connectionsThatHangLeaveRoomToKeepOthers() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        try await Receiver.with { request, _ in
            request.line.contains("hang") ? .silence : .answer(200)
        } _: { receiver in
            try await withCourier(policy) { configuration in
                configuration.maximumIdleConnections = 16
            } _: { courier in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let dead = try TargetURL("http://dead.example:\(receiver.port)/hang", policy: policy)
                    for _ in 0..<50 { group.addTask { _ = await courier.failure(of: dead) } }
                    try await receiver.wait { $0.requests.count == 50 }
                    for _ in 0..<5 {
                        for host in 0..<10 {
                            let url = try TargetURL("http://host-\(host).example:\(receiver.port)/", policy: policy)
                            let status = try await courier.post(url).status
                            #expect(status == 200)
                        }
                    }
                    #expect(receiver.record.connections == 60)
                    group.cancelAll()
                }
            }
        }
    }

    @Test func nothingIsLeftOpenAfterThousandsOfTransfers() async throws {
        let policy = try AddressPolicy.allowing("127.0.0.1/32")
        let replies: [Receiver.Reply] = [
            .answer(200), .hangUp, .answer(500, body: "x"), .bytes("HTTP/1.1 200 OK\r\n", closing: true), .silence,
        ]
        try await Receiver.with { _, index in
            replies[index % replies.count]
        } _: { receiver in
            try await withCourier(policy) { courier in
                let url = try TargetURL("http://sink.example:\(receiver.port)/", policy: policy)
                await withDiscardingTaskGroup { group in
                    for index in 0..<2000 {
                        if index.isMultiple(of: 100) { await Task.yield() }
                        group.addTask {
                            let task = Task { await courier.failure(of: url, timeout: .milliseconds(500)) }
                            if index.isMultiple(of: 7) { task.cancel() }
                            _ = await task.value
                        }
                    }
                }
                let tally = await courier.web.tally
                #expect(tally.active == 0 && tally.spare <= 64)
            }
            try await receiver.wait { $0.closed == $0.connections }
        }
    }
}
