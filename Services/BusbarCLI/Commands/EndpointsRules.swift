internal import ArgumentParser
internal import FoundationEssentials
internal import LocalStack
internal import Models
internal import Planning

/// `busbar endpoints rules`
struct EndpointsRules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Show what an endpoint hears, or change it.",
        discussion: """
            An endpoint is told of what one of its rules names, at the earliest moment that one of them says. Given options \
            are one rule, which replaces all; with --add it comes beside them. A file holds the list as --json shows it.

            Examples:
              busbar endpoints rules ops
              busbar endpoints rules ops --events alert.#,supplier.* --severity warning --quiet 22:00-07:00
              busbar endpoints rules ops --add --events withdrawal.failed --digest 15m
              busbar endpoints rules ops --remove 2
              busbar endpoints rules ops --json > rules.json; busbar endpoints rules ops --file rules.json
            """
    )

    @OptionGroup var location: StackLocation
    @Argument(help: "The endpoint.", transform: EndpointParsing.name) var name: String
    @OptionGroup(title: "A rule") var rule: RuleOptions
    @Flag(help: "Leave the rules that are there.") var add = false
    @Option(help: ArgumentHelp("Take the rule with this number away.", valueName: "number")) var remove: Int?
    @Option(help: "Take the rules from a JSON file.", completion: .file()) var file: String?
    @Flag(help: "Write JSON.") var json = false

    func validate() throws {
        let ways = [rule.isGiven, remove != nil, file != nil].filter { $0 }.count
        guard ways <= 1 else { throw ValidationError("a rule, --remove and --file exclude each other") }
        if add, !rule.isGiven { throw ValidationError("--add needs a rule, such as --events alert.#") }
        if let remove, remove < 1 { throw ValidationError("rules are numbered from 1") }
    }

    func run() async throws {
        let console = Console()
        let operations = try await Operations.find(location.layout)
        let (endpoint, rules) = try await operations.withEndpoints { store, client in
            guard let endpoint = try await EndpointView.named(name, in: client) else {
                throw Operations.unknownEndpoint(name)
            }
            guard let rules = try changed(endpoint) else { return (endpoint, nil as [RoutingRule]?) }
            // What cannot be read is replaced by whatever is given; all else only as it was seen.
            let before = endpoint.fault == nil ? endpoint.rules : nil
            guard try await store.setRules(name, rules, ifStill: before) else {
                throw OperationError(
                    "the rules of \(name) were changed at the same moment: nothing was done",
                    hint: "busbar endpoints rules \(name) shows them"
                )
            }
            return (endpoint, rules)
        }
        if let fault = endpoint.fault, rules == nil { throw OperationError("\(name): \(fault)") }
        let shown = rules ?? endpoint.rules
        if json { return console.line(JSONOutput.pretty(shown)) }
        if rules != nil { console.good("endpoint \(name) hears from now on:") }
        for (number, rule) in shown.enumerated() { console.line("\(number + 1)  \(EndpointRules.text(rule))") }
        RuleOptions.warn(of: shown, on: console)
    }

    /// The rules as they are to be; `nil`: as they are.
    func changed(_ endpoint: EndpointView.Endpoint) throws -> [RoutingRule]? {
        let (channel, partner) = (endpoint.channel, endpoint.partner)
        var rules: [RoutingRule]
        if rule.isGiven {
            rules = (add ? endpoint.rules : []) + [try rule.rule(for: channel, of: partner)]
        } else if let remove {
            guard endpoint.rules.indices.contains(remove - 1) else {
                throw OperationError("there is no rule \(remove): \(name) has \(counted(endpoint.rules.count, "rule"))")
            }
            rules = endpoint.rules
            rules.remove(at: remove - 1)
        } else if let file {
            rules = try Self.read(file)
            for (number, rule) in rules.enumerated() {
                if let objection = EndpointRules.objection(to: rule, for: channel, of: partner) {
                    throw OperationError("rule \(number + 1) of \(file): \(objection)")
                }
            }
        } else {
            return nil
        }
        guard (1...32).contains(rules.count) else {
            throw OperationError(
                "an endpoint has 1 to 32 rules, not \(rules.count)",
                hint: rules.isEmpty ? "busbar endpoints disable \(name) ends all it hears" : nil
            )
        }
        return rules
    }

    private static func read(_ file: String) throws -> [RoutingRule] {
        guard let text = LocalFile.read(file) else { throw OperationError("\(file) cannot be read") }
        do {
            return try JSONDecoder().decode([RoutingRule].self, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw OperationError(
                "\(file) is no list of rules: \(error.place)",
                hint: "busbar endpoints rules NAME --json shows one"
            )
        }
    }
}

extension DecodingError {
    /// What is wrong and at which field, in one line.
    var place: String {
        let context: Context
        var what: String?
        switch self {
        case .keyNotFound(let key, let found): (context, what) = (found, "missing \(key.stringValue)")
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "\(self)"
        }
        let path = context.codingPath.map { $0.intValue.map { "rule \($0 + 1)" } ?? $0.stringValue }
        return (what ?? context.debugDescription) + (path.isEmpty ? "" : " at " + path.joined(separator: ", "))
    }
}
