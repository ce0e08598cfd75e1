internal import ArgumentParser
internal import Models

/// Reads what people type about suppliers.
enum SupplierParsing {
    /// Those an adapter speaks.
    static let kinds = ["tronzap", "tronnrg", "justlend", "catfee"]
    static let known = kinds.joined(separator: ", ")

    static func id(_ text: String) throws -> SupplierID {
        guard let id = SupplierID(text) else {
            throw ValidationError("\(text) is not a supplier id: 1 to 32 of a-z, 0-9, _ and -")
        }
        return id
    }

    /// Reads `key=value`; an empty value takes a setting away. What looks like a secret is not repeated.
    static func settings(_ texts: [String]) throws -> [String: RegistryValue] {
        var settings: [String: RegistryValue] = [:]
        for text in texts {
            guard let split = text.firstIndex(of: "="), split > text.startIndex else {
                throw ValidationError("a setting has the form key=value")
            }
            let key = String(text[..<split])
            let value = String(text[text.index(after: split)...])
            guard settings[key] == nil else { throw ValidationError("\(key) is set twice") }
            try check(key, value)
            settings[key] = value.isEmpty ? RegistryValue.nothing : RegistryValue(reading: value)
        }
        return settings
    }

    private static func check(_ key: String, _ value: String) throws {
        let isName = key.utf8.allSatisfy {
            ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "_")
        }
        guard isName, key.utf8.first.map({ $0 >= 97 }) ?? false, key.utf8.count <= 64 else {
            throw ValidationError("\(key) is not the name of a setting: a-z, 0-9 and _")
        }
        let speaksOfSecret = ["key", "secret", "token", "password", "credential"].contains { key.contains($0) }
        if speaksOfSecret, !key.hasSuffix("_env"), !key.hasSuffix("_file") {
            throw ValidationError(
                "a credential is never stored: name a variable with \(key)_env=NAME or a file with \(key)_file=/path"
            )
        }
        guard !value.isEmpty else { return }
        if key.hasSuffix("_env"), value.wholeMatch(of: /[A-Z][A-Z0-9_]{0,127}/) == nil {
            throw ValidationError("\(key) takes the name of an environment variable, such as TRONZAP_TOKEN")
        }
        if key.hasSuffix("_file"), value.wholeMatch(of: /\/[^\x00-\x1F\x7F]{1,250}/) == nil {
            throw ValidationError("\(key) takes the path of a file, from /")
        }
        if key.hasSuffix("_url"), value.wholeMatch(of: /https?:\/\/[^\/@?#\s]+(\/[^@?#\s]*)?/) == nil {
            throw ValidationError("\(key) takes http://… or https://… without user, password or query")
        }
    }
}

/// One change of a supplier.
enum SupplierChange {
    static func make(
        _ id: SupplierID,
        _ location: StackLocation,
        _ change: @Sendable (RegistryAdmin) async throws -> Bool
    ) async throws {
        let operations = try await Operations.find(location.layout)
        let isThere = try await operations.withRegistry { registry, _ in try await change(registry) }
        guard isThere else { throw unknown(id) }
    }

    static func unknown(_ id: SupplierID) -> OperationError {
        OperationError("there is no supplier \(id)", hint: "busbar supplier list shows them, add makes one")
    }
}
