internal import ArgumentParser
internal import LocalStack
internal import Models
internal import Tron

/// `busbar partner demo`
struct PartnerDemo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "On the local stack: make a partner with a broker user, a deposit and a funded hot wallet, to try an upstream with.",
        discussion: """
            Writes shell variables: the partner, its broker user and password, the wallet and its key. The key is worth \
            nothing: the wallet exists on the devnet alone.

            Example: busbar partner demo > demo.env; set -a; . ./demo.env; python3 deploy/examples/upstream.py
            """
    )

    @OptionGroup var location: StackLocation

    func run() async throws {
        let layout = location.layout
        guard let stack = StackState.running(layout), let url = stack.variables["BUSBAR_CLOCK_URL"] else {
            throw StackError("no local stack with a devnet runs here", hint: "start one: busbar up")
        }
        var generator = SystemRandomNumberGenerator()
        let number = String(UInt32.random(in: .min ... .max, using: &generator), radix: 36)
        guard let id = PartnerID("try-\(number)") else { throw StackError("no name for the partner") }
        let partner = DemoWorld.Partner(id: id, user: id.rawValue, password: Secret.random())
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard let key = PrivateKey(bytes: secret) else { throw StackError("no key for the wallet", hint: "try again") }
        let wallet = DemoWorld.Wallet(partner: 0, key: key)
        try await DevnetControl(url: url).fund(wallet.address, trx: 1_000, usdt: 1_000_000)
        try await DemoWorld.register([partner], [wallet], variables: stack.variables, layout: layout)
        let broker = (stack.variables["BUSBAR_BROKER_HOSTS"] ?? "").split(separator: ":").map(String.init)
        let variables = [
            "DEMO_PARTNER": id.rawValue,
            "DEMO_BROKER_USER": partner.user,
            "DEMO_BROKER_PASSWORD": partner.password,
            "DEMO_BROKER_HOST": broker.first ?? "127.0.0.1",
            "DEMO_BROKER_PORT": broker.last ?? "5672",
            "DEMO_BROKER_VHOST": stack.variables["BUSBAR_BROKER_VHOST"] ?? StackServers.vhost,
            "DEMO_WALLET": wallet.address.base58,
            "DEMO_WALLET_KEY": secret.hex,
            "DEMO_NODE": url,
        ]
        for line in StackEnvironment.exports(of: variables) { Console().line(line) }
    }
}
