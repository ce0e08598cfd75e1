import Glibc
import LocalStack
import TestSupport
import Testing

@Suite struct RabbitMQServerTests {
    @Test func vhostsOfParallelTestsAreDifferentAndGoneAfterwards() async throws {
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await withBroker { vhost in
                        let listed = try await vhost.control().call("rabbit_vhost", "list_names", [])
                        #expect(listed.contains(vhost.name))
                        #expect(FreePort.isOpen(vhost.port))
                        return vhost.name
                    }
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(names.count == 4)
        try await withBroker { vhost in
            let listed = try await vhost.control().call("rabbit_vhost", "list_names", [])
            #expect(names.allSatisfy { !listed.contains($0) })
        }
    }

    @Test func aUserOfOneVhostHasNoRightsInAnother() async throws {
        try await withBroker { vhost in
            let user = "partner-\(vhost.name)"
            let password = try await vhost.addUser(user, write: "^busbar\\.commands$")
            #expect(password.count == 32)
            let listed = try await vhost.ctl(["list_user_permissions", user])
            #expect(listed.contains(vhost.name))
            #expect(listed.contains("busbar\\.commands"))
            // The tool may print reports of its own runtime besides, on a machine that is short of time.
            let rows = listed.split(separator: "\n").filter { $0.contains("\t") && !$0.hasPrefix("vhost\t") }
            #expect(rows.count == 1, "\(listed)")
        }
    }

    @Test func aRefusedCallSaysWhy() async throws {
        try await withBroker { vhost in
            await #expect(throws: LocalStackError.self) {
                try await vhost.control().deleteVhost("no-such-vhost", as: "busbar")
            }
            await #expect(throws: LocalStackError.self) { try await vhost.ctl(["no_such_command"]) }
            // The control node still answers after a refusal.
            let answer1 = try await vhost.control().call("erlang", "node", [])
            #expect(answer1 == "busbar@localhost")
        }
    }

    @Test func aKilledBrokerComesBackOnItsPortWithItsData() async throws {
        try await withOwnBroker { server in
            try await server.controlled().addVhost("kept", for: server.user)
            let first = await server.pid
            await server.kill()
            #expect(!FreePort.isOpen(server.port))
            #expect(await !server.isRunning)
            try await server.restart()
            #expect(FreePort.isOpen(server.port))
            #expect(await server.pid != first)
            let answer2 = try await server.controlled().call("rabbit_vhost", "list_names", [])
            #expect(answer2.contains("kept"))
        }
    }

    @Test func aFrozenBrokerKeepsItsSocketsAndGoesOn() async throws {
        try await withOwnBroker { server in
            await server.freeze()
            #expect(ProcessTree.isStopped(await server.pid))
            #expect(FreePort.isOpen(server.port), "the kernel still accepts for a frozen process")
            #expect(await server.isRunning)
            await server.thaw()
            let answer3 = try await server.controlled().call("erlang", "node", [])
            #expect(answer3 == "busbar@localhost")
        }
    }

    @Test func stoppingLeavesNeitherProcessesNorFiles() async throws {
        let server = try await RabbitMQServer.start()
        let pids = [await server.pid, await server.epmdPid]
        await server.stop()
        for pid in pids { #expect(ProcessTree.startTime(of: pid) == nil) }
        #expect(access(server.directory.path, F_OK) == -1)
        #expect(!FreePort.isOpen(server.port))
    }
}
