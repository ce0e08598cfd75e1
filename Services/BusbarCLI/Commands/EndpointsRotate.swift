internal import ArgumentParser
internal import LocalStack
internal import Models
internal import Webhooks

/// `busbar endpoints rotate`
struct EndpointsRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a webhook a new signing secret, shown this once; or a chat its new address or token.",
        discussion: """
            For --keep both secrets sign, so that the receiver can change over when it likes. After a leak: --keep 0.

            Of Slack and Discord the address is secret and replaced, of Telegram the bot's token: from a file, asked for, or \
            from standard input. --header-file replaces a webhook's own headers and leaves its secret as it is.

            Examples:
              busbar endpoints rotate p42-main
              busbar endpoints rotate p42-main --keep 0
              busbar endpoints rotate p42-main --header-file headers.txt
              busbar endpoints rotate ops --url-file /run/secrets/slack
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The endpoint.", transform: EndpointParsing.name) var name: String
    @Option(help: "How long the old secret signs beside the new one.", transform: Parsing.duration)
    var keep: Duration = .seconds(86_400)
    @Option(help: "File whose first line is the new URL.", completion: .file()) var urlFile: String?
    @Option(help: "File whose first line is the bot's new token.", completion: .file()) var tokenFile: String?
    @Option(help: "File of own headers, which replace those that are there; an empty file takes them away.")
    var headerFile: String?
    @Flag(help: "Write JSON.") var json = false

    func validate() throws {
        guard keep <= .seconds(30 * 86_400) else { throw ValidationError("--keep takes at most 30d") }
        guard [urlFile, tokenFile, headerFile].compactMap({ $0 }).count <= 1 else {
            throw ValidationError("--url-file, --token-file and --header-file exclude each other")
        }
    }

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let settings = try NotifierSettings(operations.variables)
        let box = try settings.box()
        let endpoint = try await operations.withPostgres { try await EndpointView.named(name, in: $0) }
        guard let endpoint else { throw Operations.unknownEndpoint(name) }
        // What a person types is asked for before anything is read that may change meanwhile.
        let change = try change(of: endpoint.channel, settings.policy)
        let rotation = EndpointRotation(name: name, change: change)
        let secret = try await operations.withEndpoints { store, _ in
            try await rotation.run(in: store, box: box)
        }
        tell(change, secret)
    }

    /// What is to be replaced, by the options and the endpoint's kind.
    func change(of channel: NotificationChannel, _ policy: AddressPolicy) throws -> EndpointRotation.Change {
        let wrong: String? =
            switch channel {
            case .webhook: urlFile != nil ? "--url-file" : tokenFile != nil ? "--token-file" : nil
            case .slack, .discord: tokenFile != nil ? "--token-file" : headerFile != nil ? "--header-file" : nil
            case .telegram: urlFile != nil ? "--url-file" : headerFile != nil ? "--header-file" : nil
            case .email: nil
            }
        if let wrong { throw ValidationError("\(wrong) is not for \(channel.rawValue)") }
        switch channel {
        case .webhook:
            guard let headerFile else { return .signingSecret(keepingOldFor: keep) }
            guard let text = LocalFile.read(headerFile) else {
                throw OperationError("the header file \(headerFile) cannot be read")
            }
            let isEmpty = text.allSatisfy(\.isWhitespace)
            return .headers(isEmpty ? [] : try EndpointParsing.headers(text, file: headerFile))
        case .slack, .discord:
            return .address(try EndpointParsing.url(SecretPrompt.line(file: urlFile, of: "address"), policy: policy))
        case .telegram:
            return .token(try EndpointParsing.token(SecretPrompt.line(file: tokenFile, of: "token")))
        case .email:
            throw OperationError(
                "an e-mail endpoint has no secret to rotate",
                hint: "add one with other mailboxes, and disable this: busbar endpoints disable \(name)"
            )
        }
    }

    private func tell(_ change: EndpointRotation.Change, _ secret: WebhookSecret?) {
        let console = Console()
        if json {
            var answer = ["name": name, "rotated": change.what]
            answer["secret"] = secret?.text
            return console.line(JSONOutput.line(answer))
        }
        switch change {
        case .signingSecret(let kept):
            console.good("endpoint \(name) has a new signing secret")
            if let secret { console.line("  shown this once: \(console.styled(secret.text, .strong))") }
            console.line(
                kept > .zero
                    ? "  the old one signs beside it for \(DurationText.short(kept))" : "  the old one signs no more"
            )
        case .headers(let headers):
            console.good(
                headers.isEmpty
                    ? "endpoint \(name) has no headers of its own any more"
                    : "endpoint \(name) sends \(headers.map(\.name).joined(separator: ", "))"
            )
        case .address: console.good("endpoint \(name) has a new address; busbar endpoints test \(name) tries it")
        case .token: console.good("endpoint \(name) has a new token; busbar endpoints test \(name) tries it")
        }
    }
}

/// `busbar endpoints reseal`
struct EndpointsReseal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reseal",
        abstract:
            "Seal all endpoints' secrets with the first key of BUSBAR_NOTIFIER_SECRETS_KEY, so that older ones can go.",
        discussion: """
            To change the key: put a new one before it, with a comma between, in the configuration of the notifier and of \
            this program; restart the notifier; reseal; take the old one away.

            Example: busbar endpoints reseal
            """
    )

    @OptionGroup var location: StackLocation

    func run() async throws {
        let operations = try await Operations.find(location.layout)
        let box = try NotifierSettings(operations.variables).box()
        let (count, left) = try await operations.withEndpoints { store, _ in
            try await EndpointRotation.resealAll(in: store, box: box)
        }
        Console().good("\(counted(count, "endpoint")) sealed with the first key")
        guard left.isEmpty else {
            throw OperationError(
                "\(left.joined(separator: ", ")) changed at the same moment",
                hint: "run it again: what is sealed with the first key already does no harm"
            )
        }
    }
}
