internal import Ledger
internal import LocalStack
internal import Models
internal import ServiceKit
internal import Storage

/// A local stack whose own stake covers a part of the demand alone, so that the rest has to be bought: about 30 % own
/// stake, 50 % TronZap, 20 % TronNRG, the last two as the devnet plays them.
struct MixedSupply: Sendable {
    /// How many withdrawals are to be served.
    let withdrawals: Int
    /// Whether all of it has to be bought, of four suppliers, because they are going to fail.
    var isFaulty = false

    /// In a few words.
    var description: String {
        isFaulty
            ? "all is bought: tronzap, tronnrg, catfee, justlend"
            : "own stake for a part; suppliers tronzap, tronnrg"
    }

    /// What one takes on average: seven in ten go to holders of USDT, the others to newcomers, of whom each is one once.
    private static let energyEach: Int64 = 88_000
    /// Of what the pools have, a fifth is kept for urgent withdrawals, by the house's policy.
    private static let reservePerMille: Int64 = 200
    /// Energy that a staked TRX yields on the devnet, in hundredths.
    private static let energyPerTRXPercent: Int64 = 949
    private static let poolCount: Int64 = 2
    /// TronZap's price list on the devnet.
    private static let tronZapPrice: Int64 = 38

    private var demand: Int64 { Int64(withdrawals) * Self.energyEach }

    /// What each of the pools stakes for energy, in TRX.
    var poolStake: Int64 {
        if isFaulty { return 1 }
        let energy = demand * 30 / 100 * 1000 / (1000 - Self.reservePerMille)
        return max(10_000, energy * 100 / Self.energyPerTRXPercent / Self.poolCount)
    }

    /// What is paid to TronZap beforehand, in sun: enough for half of the demand.
    private var tronZapBalance: Sun {
        if isFaulty { return Sun(Self.purchasingTRX * Sun.trx.rawValue) }
        return Sun(demand / 2 * Self.tronZapPrice / 1_000_000 * 1_000_000 + 2_000_000)
    }

    private static let purchasingTRX: Int64 = 100_000

    /// Registers the suppliers, pays them or our purchasing wallet, and books what was paid.
    func prepare(
        _ environment: StackEnvironment,
        layout: StackLayout,
        devnet: DevnetControl,
        purchasing: TronAddress
    ) async throws {
        try await devnet.fund(purchasing, trx: Self.purchasingTRX, usdt: 0)
        try await devnet.setSupplier("tronzap", #"{"balance_trx":"\#(tronZapBalance.rawValue / 1_000_000)"}"#)
        let paid = Sun(tronZapBalance.rawValue / 1_000_000 * 1_000_000)
        let folder = layout.directory + "/keys"
        try LocalFile.write("tronzap-sandbox-token\n", to: folder + "/tronzap-token")
        try LocalFile.write("tronzap-sandbox-secret\n", to: folder + "/tronzap-secret")
        try LocalFile.write("catfee-sandbox-key\n", to: folder + "/catfee-key")
        try LocalFile.write("catfee-sandbox-secret\n", to: folder + "/catfee-secret")
        let (url, isFaulty) = (devnet.url, isFaulty)
        let catFee = Sun(try await devnet.supplier("catfee").balance)
        try await Operations.withPostgres(environment.variables) { client in
            let registry = RegistryAdmin(postgres: client, actor: "busbar up", clock: SystemClock())
            if isFaulty {
                // Also what is dearer than burning is to be bought, and little of it at a time.
                try await registry.setPolicy(of: nil, ["may_exceed_burning": .flag(true), "block_limit": .number(4)])
            }
            for (name, settings) in Self.suppliers(at: url, secrets: folder).prefix(isFaulty ? 4 : 2) {
                guard let id = SupplierID(name) else { continue }
                _ = try await registry.addSupplier(id, kind: id, rank: nil, settings: settings)
            }
            _ = try await Books(in: client).post(
                [
                    .opening("tronzap", paid),
                    .opening(purchasing.base58, Sun(Self.purchasingTRX * Sun.trx.rawValue)),
                ] + (isFaulty ? [.opening("catfee", catFee)] : []),
                at: try await devnet.now()
            )
        }
    }

    private static func suppliers(at url: String, secrets folder: String) -> [(String, [String: RegistryValue])] {
        [
            (
                "tronzap",
                [
                    "base_url": RegistryValue(reading: url + "/suppliers/tronzap"),
                    "token_file": RegistryValue(reading: folder + "/tronzap-token"),
                    "secret_file": RegistryValue(reading: folder + "/tronzap-secret"),
                ]
            ),
            (
                "tronnrg",
                [
                    "base_url": RegistryValue(reading: url + "/suppliers/tronnrg"),
                    "pay_to": RegistryValue(reading: "TCxNoa4J6n7KssLbsKYZHvArrjwXFboKUt"),
                ]
            ),
            (
                "catfee",
                [
                    "base_url": RegistryValue(reading: url + "/suppliers/catfee"),
                    "key_file": RegistryValue(reading: folder + "/catfee-key"),
                    "secret_file": RegistryValue(reading: folder + "/catfee-secret"),
                ]
            ),
            ("justlend", [:]),
        ]
    }
}

extension LedgerEntry {
    /// TRX that the house brings to a place where it pays from.
    fileprivate static func opening(_ place: String, _ amount: Sun) -> LedgerEntry {
        LedgerEntry(
            key: "opening:\(place)",
            kind: .transfer,
            note: "paid in when the stack was made",
            postings: [
                Posting(.funds(place), .zero - amount), Posting(.funds("treasury"), amount),
            ]
        )
    }
}
