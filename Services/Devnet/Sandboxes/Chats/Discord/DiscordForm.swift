internal import Models

/// What is wrong with one field of a form, as Discord says it.
struct DiscordFormError: Sendable {
    /// Such as `["embeds", "0", "title"]`.
    var path: [String]
    var code: String
    var message: String
}

/// The rules of a webhook's message.
enum DiscordForm {
    /// All that is wrong with it.
    static func errors(in payload: JSON) -> [DiscordFormError] {
        var errors: [DiscordFormError] = []
        check(payload["content"], 0...2_000, ["content"], &errors)
        if payload["username"] != nil { check(payload["username"], 1...80, ["username"], &errors) }
        if let embeds = payload["embeds"], embeds != .null {
            guard let embeds = embeds.array else {
                errors.append(
                    .init(
                        path: ["embeds"],
                        code: "LIST_TYPE_CONVERT",
                        message: "Only iterables may be used in a ListType"
                    )
                )
                return errors
            }
            if embeds.count > 10 { errors.append(tooLong(["embeds"], 10)) }
            for (index, embed) in embeds.enumerated() { check(embed, ["embeds", String(index)], &errors) }
            if embeds.reduce(0, { $0 + size(of: $1) }) > 6_000 {
                errors.append(
                    .init(
                        path: ["embeds"],
                        code: "MAX_EMBED_SIZE_EXCEEDED",
                        message: "Embed size exceeds maximum size of 6000"
                    )
                )
            }
        }
        if let mentions = payload["allowed_mentions"], mentions != .null {
            for (index, word) in (mentions["parse"]?.array ?? []).enumerated()
            where !["roles", "users", "everyone"].contains(word.string) {
                errors.append(
                    .init(
                        path: ["allowed_mentions", "parse", String(index)],
                        code: "BASE_TYPE_CHOICES",
                        message: "Value must be one of ('users', 'roles', 'everyone')."
                    )
                )
            }
        }
        return errors
    }

    private static func check(_ embed: JSON, _ path: [String], _ errors: inout [DiscordFormError]) {
        guard embed.members != nil else {
            errors.append(
                .init(path: path, code: "MODEL_TYPE_CONVERT", message: "Only dictionaries may be used in a ModelType")
            )
            return
        }
        check(embed["title"], 0...256, path + ["title"], &errors)
        check(embed["description"], 0...4_096, path + ["description"], &errors)
        check(embed["footer"]?["text"], 0...2_048, path + ["footer", "text"], &errors)
        check(embed["author"]?["name"], 0...256, path + ["author", "name"], &errors)
        let fields = embed["fields"]?.array ?? []
        if fields.count > 25 { errors.append(tooLong(path + ["fields"], 25)) }
        for (index, field) in fields.enumerated() {
            let path = path + ["fields", String(index)]
            check(field["name"], 1...256, path + ["name"], isRequired: true, &errors)
            check(field["value"], 1...1_024, path + ["value"], isRequired: true, &errors)
        }
        if let color = embed["color"], color != .null {
            guard let color = color.int, (0...0xff_ffff).contains(color) else {
                errors.append(
                    .init(
                        path: path + ["color"],
                        code: "NUMBER_TYPE_MAX",
                        message: "int value should be less than or equal to 16777215."
                    )
                )
                return
            }
        }
        if let time = embed["timestamp"]?.string, Timestamp(time) == nil {
            errors.append(
                .init(
                    path: path + ["timestamp"],
                    code: "DATE_TIME_TYPE_PARSE",
                    message: "Could not parse \(time). Should be ISO8601."
                )
            )
        }
    }

    private static func check(
        _ value: JSON?,
        _ lengths: ClosedRange<Int>,
        _ path: [String],
        isRequired: Bool = false,
        _ errors: inout [DiscordFormError]
    ) {
        guard let value, value != .null else {
            if isRequired {
                errors.append(.init(path: path, code: "BASE_TYPE_REQUIRED", message: "This field is required"))
            }
            return
        }
        guard let text = value.string else {
            errors.append(
                .init(
                    path: path,
                    code: "STRING_TYPE_CONVERT",
                    message: "Could not interpret \"\(value.text)\" as string."
                )
            )
            return
        }
        let length = text.unicodeScalars.count
        if isRequired, length == 0 {
            errors.append(.init(path: path, code: "BASE_TYPE_REQUIRED", message: "This field is required"))
        } else if length < lengths.lowerBound {
            errors.append(
                .init(
                    path: path,
                    code: "BASE_TYPE_BAD_LENGTH",
                    message: "Must be between \(lengths.lowerBound) and \(lengths.upperBound) in length."
                )
            )
        } else if length > lengths.upperBound {
            errors.append(tooLong(path, lengths.upperBound))
        }
    }

    private static func tooLong(_ path: [String], _ limit: Int) -> DiscordFormError {
        .init(path: path, code: "BASE_TYPE_MAX_LENGTH", message: "Must be \(limit) or fewer in length.")
    }

    /// The errors at their places: `{"embeds":{"0":{"title":{"_errors":[…]}}}}`.
    static func tree(_ errors: [DiscordFormError]) -> JSON {
        tree(errors.map { ($0.path[...], $0) })
    }

    private static func tree(_ errors: [(rest: ArraySlice<String>, error: DiscordFormError)]) -> JSON {
        var fields = Fields()
        let own = errors.filter(\.rest.isEmpty).map { error -> JSON in
            ["code": .string(error.error.code), "message": .string(error.error.message)]
        }
        fields.add(unlessEmpty: "_errors", own)
        var names: [String] = []
        for case let name? in errors.map(\.rest.first) where !names.contains(name) { names.append(name) }
        for name in names {
            fields.add(name, tree(errors.filter { $0.rest.first == name }.map { ($0.rest.dropFirst(), $0.error) }))
        }
        return fields.json
    }

    /// What counts towards the limit of all embeds together.
    private static func size(of embed: JSON) -> Int { texts(of: embed).reduce(0) { $0 + $1.unicodeScalars.count } }

    private static func texts(of embed: JSON) -> [String] {
        let fields = (embed["fields"]?.array ?? []).flatMap { [$0["name"], $0["value"]] }
        return ([embed["author"]?["name"], embed["title"], embed["description"]] + fields + [embed["footer"]?["text"]])
            .compactMap { $0?.string }
    }

    /// All that people read of a message.
    static func text(of payload: JSON) -> String {
        let embeds = (payload["embeds"]?.array ?? []).flatMap(texts)
        return ([payload["content"]?.string ?? ""] + embeds).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// Whom the content notifies: what it mentions and `allowed_mentions` does not forbid. Embeds notify nobody.
    static func notified(by payload: JSON) -> [String] {
        let content = payload["content"]?.string ?? ""
        var parse: Set<String> = ["everyone", "users", "roles"]
        if let mentions = payload["allowed_mentions"], mentions != .null {
            parse = Set((mentions["parse"]?.array ?? []).compactMap(\.string))
        }
        var notified: [String] = []
        if parse.contains("everyone") { notified += ["@everyone", "@here"].filter(content.contains) }
        for mention in content.matches(of: /<@([!&]?)[0-9]{1,20}>/)
        where parse.contains(mention.output.1 == "&" ? "roles" : "users") {
            notified.append(String(mention.output.0))
        }
        return notified
    }
}
