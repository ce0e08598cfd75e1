internal import Glibc
internal import Synchronization
internal import TestSupport
internal import Testing
internal import Webhooks

@testable import Courier

@Suite struct SystemResolverTests {
    /// Answers that the test gives out, to threads that wait for them.
    private final class Desk: Sendable {
        let asked = Events<[String]>([])
        private let gates = Mutex<[String: Bool]>([:])

        func open(_ host: String) { gates.withLock { $0[host] = true } }

        func lookup(_ host: String) -> Result<[IPAddress], HostResolverError> {
            asked.update { $0.append(host) }
            // On a thread of the resolver's own, which may wait.
            while gates.withLock({ $0[host] ?? $0["*"] ?? false }) == false { usleep(1000) }
            if host.hasPrefix("none") { return .failure(HostResolverError("no such name")) }
            return .success([IPAddress(v4: 0x0808_0808)])
        }
    }

    @Test func thisMachineIsFoundByTheSystem() async throws {
        let addresses = try await SystemResolver().addresses(of: "localhost")
        #expect(addresses.contains { $0.description == "127.0.0.1" || $0.description == "::1" })
        #expect(Set(addresses).count == addresses.count)
        let number = try await SystemResolver().addresses(of: "192.0.2.7")
        #expect(number.map(\.description) == ["192.0.2.7"])
    }

    @Test func aNameThatIsNotThereIsSaidSo() async {
        // RFC 6761: nobody may have this one.
        await #expect(throws: HostResolverError.self) { try await SystemResolver().addresses(of: "nobody.invalid") }
    }

    @Test func thoseWhoAskForOneNameShareAQuestionAndTheAnswerIsKept() async throws {
        let desk = Desk()
        let resolver = SystemResolver { desk.lookup($0) }
        try await withThrowingTaskGroup(of: [IPAddress].self) { group in
            for _ in 0..<50 { group.addTask { try await resolver.addresses(of: "a.example") } }
            try await desk.asked.wait(limit: .patient(.seconds(10))) { $0.count == 1 }
            desk.open("a.example")
            for try await addresses in group { #expect(addresses.count == 1) }
        }
        _ = try await resolver.addresses(of: "a.example")
        #expect(desk.asked.now == ["a.example"])
    }

    @Test func answersAndFailuresAreForgottenInTheirTime() async throws {
        let desk = Desk()
        desk.open("*")
        let resolver = SystemResolver(keep: .zero, keepFailure: .zero) { desk.lookup($0) }
        for _ in 0..<3 {
            _ = try await resolver.addresses(of: "a.example")
            await #expect(throws: HostResolverError.self) { try await resolver.addresses(of: "none.example") }
        }
        #expect(desk.asked.now.count == 6)
        let keeping = SystemResolver(keepFailure: .seconds(3600)) { desk.lookup($0) }
        for _ in 0..<3 {
            await #expect(throws: HostResolverError.self) { try await keeping.addresses(of: "none.example") }
        }
        #expect(desk.asked.now.count == 7)
    }

    @Test func aCancelledTaskDoesNotWaitAndTheOthersDo() async throws {
        let desk = Desk()
        let resolver = SystemResolver { desk.lookup($0) }
        let waiting = Task { try await resolver.addresses(of: "a.example") }
        try await desk.asked.wait(limit: .patient(.seconds(10))) { $0.count == 1 }
        for spins in [0, 1, 100] {
            let hasty = Task { try await resolver.addresses(of: "a.example") }
            for _ in 0..<spins { await Task.yield() }
            hasty.cancel()
            await #expect(throws: HostResolverError("cancelled")) { try await hasty.value }
        }
        desk.open("a.example")
        #expect(try await waiting.value.count == 1)
    }

    @Test func namesThatHangHoldUpThemselvesAlone() async throws {
        let desk = Desk()
        let resolver = SystemResolver { desk.lookup($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<(SystemResolver.maximumThreads - 1) {
                group.addTask { _ = try await resolver.addresses(of: "dead-\(index).example") }
            }
            try await desk.asked.wait(limit: .patient(.seconds(20))) { $0.count == SystemResolver.maximumThreads - 1 }
            for index in 0..<20 {
                desk.open("alive-\(index).example")
                #expect(try await resolver.addresses(of: "alive-\(index).example").count == 1)
            }
            desk.open("*")
            try await group.waitForAll()
        }
    }

    @Test func thoseForWhomThereIsNoThreadYetGetTheirTurn() async throws {
        let desk = Desk()
        let resolver = SystemResolver { desk.lookup($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<(SystemResolver.maximumThreads * 3) {
                group.addTask { _ = try await resolver.addresses(of: "\(index).example") }
            }
            try await desk.asked.wait(limit: .patient(.seconds(20))) { $0.count == SystemResolver.maximumThreads }
            desk.open("*")
            try await group.waitForAll()
        }
        #expect(Set(desk.asked.now).count == SystemResolver.maximumThreads * 3)
    }
}
