internal import ArgumentParser
internal import Models

/// A delivery as people name it: by its id, or the beginning of it.
struct DeliveryID: Sendable, Hashable {
    /// In lower case.
    let text: String
    /// All ids that begin so.
    let range: ClosedRange<UUIDv7>

    /// - Throws: `ValidationError` unless it is the beginning of a UUID, of 8 digits at least.
    init(_ text: String) throws {
        let digits = text.lowercased().filter { $0 != "-" }
        let zeros = "00000000-0000-0000-0000-000000000000"
        let first = Self.completed(digits, with: "0")
        guard digits.wholeMatch(of: /[0-9a-f]{8,32}/) != nil, let low = UUIDv7(first),
            let high = UUIDv7(Self.completed(digits, with: "f")), first.utf8.count == zeros.utf8.count
        else {
            throw ValidationError(
                "\(text) is not the id of a delivery, nor the beginning of one: 8 hexadecimal digits or more"
            )
        }
        self.text = text.lowercased()
        range = low...high
    }

    /// Transforms an argument.
    static func reading(_ text: String) throws -> DeliveryID { try DeliveryID(text) }

    private static func completed(_ digits: String, with filler: Character) -> String {
        let all = Array(digits.prefix(32)) + Array(repeating: filler, count: max(0, 32 - digits.count))
        return [all[0..<8], all[8..<12], all[12..<16], all[16..<20], all[20..<32]].map { String($0) }
            .joined(separator: "-")
    }

    /// The one delivery that each name means.
    /// - Throws: ``OperationError`` when there is none, or more than one.
    static func resolve(_ names: [DeliveryID], among found: [DeliveryView.Delivery]) throws -> [DeliveryView.Delivery] {
        var chosen: [DeliveryView.Delivery] = []
        var seen: Set<UUIDv7> = []
        for name in names {
            let matches = found.filter { name.range.contains($0.id) }
            guard let match = matches.first else {
                throw OperationError(
                    "there is no delivery \(name.text)",
                    hint: "busbar deliveries list shows them; they are kept for as long as the notifier is told to"
                )
            }
            guard Set(matches.map(\.id)).count == 1 else {
                throw OperationError("\(matches.count) deliveries begin with \(name.text)", hint: "give more of the id")
            }
            if seen.insert(match.id).inserted { chosen.append(match) }
        }
        return chosen
    }
}
