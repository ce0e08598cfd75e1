internal import LocalStack

/// The random passwords of one local stack, kept in a file that only its owner can read.
struct StackSecrets: Sendable {
    let broker: String
    let database: String
    /// Protects the key file of the stack's own devnet wallets.
    let signer: String

    /// Reads those of an earlier start, or makes new ones.
    static func load(_ path: String) throws(LocalStackError) -> StackSecrets {
        let words = (LocalFile.read(path) ?? "").split(separator: "\n").map(String.init)
        if words.count == 3 { return StackSecrets(broker: words[0], database: words[1], signer: words[2]) }
        let fresh = StackSecrets(broker: Secret.random(), database: Secret.random(), signer: Secret.random())
        try LocalFile.write([fresh.broker, fresh.database, fresh.signer, ""].joined(separator: "\n"), to: path)
        return fresh
    }
}
