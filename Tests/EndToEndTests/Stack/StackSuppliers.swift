internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import TestSupport
internal import Testing
internal import Tron

/// One order as our books have it.
struct PurchaseRow: Sendable {
    /// Our name for it at a prepaid supplier.
    var key: String
    /// What paid for it on chain.
    var payment: String
    var supplier: String
    var state: String
    var quoted: Sun
    var charged: Sun?
    var refunded: Sun
    var createdAt: Timestamp
    var endedAt: Timestamp?
    var provenAt: Timestamp?
    var reason: String
}

/// `/devnet/suppliers/<name>`: a played supplier's own statement.
struct SupplierStatement: Decodable, Sendable {
    struct Order: Decodable, Sendable {
        var key: String?
        var receiver: String
        var energy: Int64
        var delivered_energy: Int64
        var charged_sun: Int64
        var refunded_sun: Int64
        var delegated_ms: Int64?
    }

    var balance_sun: Int64
    var deposited_sun: Int64
    var charged_sun: Int64
    var refunded_sun: Int64
    var orders: [Order]
}

extension StackUnderTest {
    static let purchasingTRX: Int64 = 100_000

    /// Registers the devnet's TronZap and TronNRG, in this order, and gives the purchasing wallet TRX.
    func addSuppliers() async throws {
        try await devnet().fund(try purchasingWallet(), trx: Self.purchasingTRX, usdt: 0)
        let url = try variable("BUSBAR_TRON_NODES")
        let (token, secret) = (directory + "/tronzap-token", directory + "/tronzap-secret")
        try LocalFile.write("tronzap-sandbox-token\n", to: token)
        try LocalFile.write("tronzap-sandbox-secret\n", to: secret)
        try await succeed([
            "supplier", "add", "tronzap", "--set", "base_url=\(url)/suppliers/tronzap", "--set", "token_file=\(token)",
            "--set", "secret_file=\(secret)",
        ])
        try await succeed([
            "supplier", "add", "tronnrg", "--set", "base_url=\(url)/suppliers/tronnrg", "--set",
            "pay_to=TCxNoa4J6n7KssLbsKYZHvArrjwXFboKUt",
        ])
        // What is there is booked, so that books and statements can be compared.
        let places = [
            ("tronzap", try await devnet().supplier("tronzap").balance_sun),
            (try purchasingWallet().base58, try await devnet().balance(of: purchasingWallet()).rawValue),
        ]
        for (place, sun) in places {
            _ = try await rows(
                """
                SELECT * FROM ledger.post(now(), ARRAY['opening:\(place)'], ARRAY['transfer'], ARRAY[NULL]::text[],
                                          ARRAY[NULL]::text[], ARRAY['paid in'], ARRAY[1, 1],
                                          ARRAY['funds:\(place)', 'funds:treasury'], ARRAY[-\(sun), \(sun)])
                """
            )
        }
    }

    /// Whose TRX pay on chain.
    func purchasingWallet() throws -> TronAddress {
        try KeyFile(path: try variable("BUSBAR_PURCHASING_KEY_FILE")).address
    }

    /// Rows of the allocator's schema and of the ledger's views, columns by `|`.
    func rows(_ statement: String) async throws -> [[String]] {
        let host = try variable("BUSBAR_DATABASE_HOSTS").split(separator: ":")
        guard host.count == 2, let port = Int(host[1]) else { throw EndToEndError("no database in \(host)") }
        let access = PostgreSQLAccess(
            host: String(host[0]),
            port: port,
            user: "allocator",
            password: try variable("BUSBAR_DATABASE_PASSWORD"),
            database: try variable("BUSBAR_DATABASE_NAME")
        )
        return try await access.sql([statement]).split(separator: "\n")
            .map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
    }

    /// Waits until a statement has the answer `t`.
    func wait(_ what: String, limit: Duration = .seconds(40), until condition: String) async throws {
        let deadline = ContinuousClock.now + .patient(limit)
        while try await rows("SELECT \(condition)").first?.first != "t" {
            guard ContinuousClock.now < deadline else {
                let found = try await rows(
                    "SELECT wallet, supplier_id, life FROM allocator.purchase ORDER BY created_at DESC LIMIT 3"
                )
                throw EndToEndError("waited \(limit) in vain until \(what); newest purchases: \(found)")
            }
            // What the allocator does inside, nothing announces.
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// What was bought for a wallet, in order.
    func purchases(at wallet: TronAddress) async throws -> [PurchaseRow] {
        func milliseconds(_ column: String) -> String { "(extract(epoch FROM \(column)) * 1000)::bigint" }
        let found = try await rows(
            """
            SELECT p.order_key, encode(p.payment_txid, 'hex'), p.supplier_id, p.state, p.quoted_sun, p.charged_sun,
                   p.refunded_sun, \(milliseconds("p.created_at")), \(milliseconds("a.ended_at")),
                   \(milliseconds("p.proven_at")), replace(replace(p.reason, '|', '/'), chr(10), ' ')
              FROM allocator.purchase p JOIN allocator.acquisition a USING (acquisition_id)
             WHERE p.wallet = \(Self.bytea(wallet)) ORDER BY p.created_at
            """
        )
        func time(_ text: String) -> Timestamp? { Int64(text).map { Timestamp(milliseconds: $0) } }
        return found.map { row in
            PurchaseRow(
                key: row[0],
                payment: row[1],
                supplier: row[2],
                state: row[3],
                quoted: Sun(Int64(row[4]) ?? -1),
                charged: Int64(row[5]).map { Sun($0) },
                refunded: Sun(Int64(row[6]) ?? -1),
                createdAt: time(row[7]) ?? Timestamp(milliseconds: 0),
                endedAt: time(row[8]),
                provenAt: time(row[9]),
                reason: row[10]
            )
        }
    }

    static func bytea(_ wallet: TronAddress) -> String {
        #"'\x"# + wallet.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'::bytea"
    }

    /// Waits until both suppliers are asked again, after what they were made to do.
    func waitUntilSuppliersAreOpen() async throws {
        try await wait(
            "both suppliers are quoted and open",
            until: """
                count(*) = 2 FROM allocator.v1_supplier_state
                 WHERE fault IS NULL AND offer IS NOT NULL AND breaker::text LIKE '%closed%'
                """
        )
    }

    /// Every order for a wallet that a supplier has charged is in our books once, with what it was charged for; and none is
    /// in our books that no supplier has charged.
    func expectNothingIsBoughtTwice(
        at wallet: TronAddress,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let own = try await purchases(at: wallet).filter { ($0.charged ?? .zero) > .zero }
        for supplier in ["tronzap", "tronnrg"] {
            let statement = try await devnet().supplier(supplier)
            let orders = statement.orders.filter { $0.receiver == wallet.base58 }
                .map { "\($0.key ?? "") \($0.charged_sun)" }.sorted()
            let booked = own.filter { $0.supplier == supplier }
                .map { "\(supplier == "tronzap" ? $0.key : $0.payment) \($0.charged ?? .zero)" }.sorted()
            #expect(orders == booked, "orders of \(supplier) and our books", sourceLocation: sourceLocation)
        }
    }

    /// What our books say of the house's money elsewhere is what is there, what was paid back included.
    func expectBooksMatchStatements(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        // A payment is booked when it is irreversible.
        try await wait(
            "every payment is booked",
            until: "NOT EXISTS (SELECT FROM allocator.purchase WHERE awaits_payment)"
        )
        let wallet = try purchasingWallet()
        // Refunds are found a moment after they came.
        let deadline = ContinuousClock.now + .patient(.seconds(30))
        while true {
            var funds: [String: Int64] = [:]
            for row in try await rows(
                "SELECT substr(code, 7), -balance_sun FROM ledger.v1_balance WHERE kind = 'funds'"
            ) {
                funds[row[0]] = Int64(row[1])
            }
            let atTronZap = try await devnet().supplier("tronzap").balance_sun
            let inWallet = try await devnet().balance(of: wallet).rawValue
            if funds["tronzap"] == atTronZap, funds[wallet.base58] == inWallet { return }
            if ContinuousClock.now >= deadline {
                #expect(funds["tronzap"] == atTronZap, "our balance at TronZap", sourceLocation: sourceLocation)
                #expect(funds[wallet.base58] == inWallet, "the purchasing wallet", sourceLocation: sourceLocation)
                return
            }
            // Nothing announces that a refund was booked.
            try await Task.sleep(for: .milliseconds(300))
        }
    }
}

extension DevnetDriver {
    /// Changes a played supplier, or gives it faults; see the devnet's README.
    func supplier(_ name: String, _ body: String) async throws { try await post("suppliers/\(name)", body) }

    /// A played supplier's own statement.
    func supplier(_ name: String) async throws -> SupplierStatement {
        try JSONDecoder().decode(SupplierStatement.self, from: try await get("suppliers/\(name)"))
    }

    /// TRX of an account.
    func balance(of address: TronAddress) async throws -> Sun {
        struct Account: Decodable { var balance: Int64? }
        let answer = try await node("wallet/getaccount", #"{"address":"\#(address)","visible":true}"#)
        return Sun(try JSONDecoder().decode(Account.self, from: answer).balance ?? 0)
    }
}
