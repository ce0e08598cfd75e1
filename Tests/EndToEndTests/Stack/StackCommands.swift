internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import TestSupport
internal import Tron

/// `busbar audit --json`
struct AuditAnswer: Decodable, Sendable {
    struct Invariant: Decodable, Sendable {
        var number: Int
        var findings: [String]
    }

    struct Parked: Decodable, Sendable {
        var queue: String
        var count: Int
    }

    var invariants: [Invariant]
    var parked: [Parked]

    var findings: [String] { invariants.flatMap { row in row.findings.map { "invariant \(row.number): \($0)" } } }
}

/// One message of `busbar parked list --json`.
struct ParkedAnswer: Decodable, Sendable {
    var id: String
    var queue: String
    var reason: String
    var user: String?
}

/// A partner with its broker user and hot wallets.
struct PartnerUnderTest: Sendable {
    var id: PartnerID
    var user: String
    var password: String
    var wallets: [PrivateKey]

    var wallet: TronAddress { wallets[0].address }
}

extension StackUnderTest {
    /// Runs a command of `busbar` against this stack.
    func busbar(_ arguments: [String], limit: Duration = .seconds(60)) async throws -> CommandResult {
        try await Launch(try Executables.path("busbar"), arguments + ["--directory", directory]).run(
            limit: .patient(limit)
        )
    }

    /// Runs a command that must succeed.
    @discardableResult
    func succeed(_ arguments: [String]) async throws -> String {
        let result = try await busbar(arguments)
        guard result.succeeded else {
            throw EndToEndError("busbar \(arguments.joined(separator: " ")) \(result.end): \(result.errors)")
        }
        return result.output
    }

    /// What `busbar audit` finds. It exits with 0 exactly when it finds nothing.
    func audit() async throws -> AuditAnswer {
        let result = try await busbar(["audit", "--json"])
        let answer = try JSONDecoder().decode(AuditAnswer.self, from: Data(result.output.utf8))
        guard result.succeeded == answer.findings.isEmpty else {
            throw EndToEndError("busbar audit \(result.end) with findings \(answer.findings): \(result.errors)")
        }
        return answer
    }

    /// The messages that were set aside.
    func parked() async throws -> [ParkedAnswer] {
        let output = try await succeed(["parked", "list", "--json"])
        return try JSONDecoder().decode([ParkedAnswer].self, from: Data(output.utf8))
    }

    /// Messages in each queue, those that consumers hold included.
    func queueLengths() async throws -> [String: Int] {
        let text = try await RabbitMQAccess(directory: directory + "/servers")
            .ctl(["list_queues", "-p", try variable("BUSBAR_BROKER_VHOST"), "name", "messages", "--no-table-headers"])
        return text.split(separator: "\n").reduce(into: [:]) { lengths, line in
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count == 2, let count = Int(words[1]) { lengths[String(words[0])] = count }
        }
    }

    /// Waits until nothing is left in any queue of commands.
    func waitUntilQueuesAreEmpty(limit: Duration = .seconds(20)) async throws {
        let deadline = ContinuousClock.now + .patient(limit)
        while true {
            let full = try await queueLengths().filter { !$0.key.hasSuffix(".parked") && $0.value > 0 }
            if full.isEmpty { return }
            guard ContinuousClock.now < deadline else { throw EndToEndError("queues are not empty: \(full)") }
            // The broker announces no lengths.
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// Registers a partner with a broker user and hot wallets that have TRX and USDT, as operations would.
    func addPartner(
        _ name: String,
        wallets count: Int = 1,
        trx: Int64 = 5000,
        usdt: Int64 = 1_000_000,
        deposit: Int64 = 1_000_000
    ) async throws -> PartnerUnderTest {
        guard let id = PartnerID(name) else { throw EndToEndError("\(name) is no partner id") }
        let partner = PartnerUnderTest(
            id: id,
            user: name,
            password: Secret.random(),
            wallets: (0..<count).map { _ in .random() }
        )
        let control = try RabbitMQAccess(directory: directory + "/servers").control()
        defer { control.close() }
        try await control.addUser(partner.user, password: partner.password)
        try await control.setPermissions(
            of: partner.user,
            in: try variable("BUSBAR_BROKER_VHOST"),
            configure: "^$",
            write: "^busbar\\.commands$",
            read: "^upstream\\.\(name)\\.events$"
        )
        try await succeed(["partner", "add", name, "--name", name, "--user", partner.user])
        // Whatever energy costs, a withdrawal costs something.
        try await succeed(["partner", "terms", name, "--margin-permille", "100", "--fee", "0.1"])
        if deposit > 0 { try await credit(name, trx: "\(deposit)") }
        for (number, wallet) in partner.wallets.enumerated() {
            let address = wallet.address
            if trx > 0 || usdt > 0 { try await devnet().fund(address, trx: trx, usdt: usdt) }
            try await succeed(["wallet", "add", address.base58, "--partner", name, "--label", "hot-\(number + 1)"])
        }
        return partner
    }

    /// Books a deposit, as operations would.
    func credit(_ partner: String, trx: String) async throws {
        try await succeed(["partner", "credit", partner, trx, "--note", "deposit"])
    }

    /// What a partner has.
    func balance(of partner: String) async throws -> Sun {
        struct Row: Decodable {
            var account: String
            var balance_sun: Int64
        }
        let output = try await succeed(["partner", "balance", partner, "--json"])
        let rows = try JSONDecoder().decode([Row].self, from: Data(output.utf8))
        return Sun(rows.first { $0.account == "prepaid:\(partner)" }?.balance_sun ?? 0)
    }

    /// The chain's control API.
    func devnet() throws -> DevnetDriver { DevnetDriver(url: try variable("BUSBAR_TRON_NODES")) }
}
