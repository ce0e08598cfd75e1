internal import LocalStack
internal import Webhooks

/// The random passwords and keys of one local stack, kept in a file that only its owner can read.
struct StackSecrets: Sendable {
    let broker: String
    let database: String
    /// Protects the key file of the stack's own devnet wallets.
    let signer: String
    /// Seals what endpoints of notifications keep secret.
    let notifier: String

    /// Reads those of an earlier start, makes what it did not have, or makes new ones.
    static func load(_ path: String) throws(LocalStackError) -> StackSecrets {
        let words = (LocalFile.read(path) ?? "").split(separator: "\n").map(String.init)
        let secrets: StackSecrets
        switch words.count {
        case 4: return StackSecrets(broker: words[0], database: words[1], signer: words[2], notifier: words[3])
        case 3:
            // Of a stack that had no notifier yet: its servers know the others.
            secrets = StackSecrets(
                broker: words[0],
                database: words[1],
                signer: words[2],
                notifier: SecretBox.generateKey()
            )
        default:
            secrets = StackSecrets(
                broker: Secret.random(),
                database: Secret.random(),
                signer: Secret.random(),
                notifier: SecretBox.generateKey()
            )
        }
        let lines = [secrets.broker, secrets.database, secrets.signer, secrets.notifier, ""]
        try LocalFile.write(lines.joined(separator: "\n"), to: path)
        return secrets
    }
}
