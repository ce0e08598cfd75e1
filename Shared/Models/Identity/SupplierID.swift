/// A supplier's short name: 1 to 32 of `a-z`, `0-9`, `_`, `-`, such as `tronzap`.
public struct SupplierID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The text as it was given.
    public let rawValue: String

    /// - Returns: `nil` when the text has another character or length.
    public init?(_ text: String) {
        guard isShortName(text) else { return nil }
        rawValue = text
    }

    /// The text as it was given.
    public var description: String { rawValue }

    /// By their bytes.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension SupplierID: TextCoded {
    /// Names the characters allowed.
    public static var textForm: String { "1-32 of a-z 0-9 _ -" }
}

/// Our name for one purchase, the same however often it is sent: 1 to 64 of letters, digits, `_`, `-`.
///
/// It is made of the acquisition and the number of the purchase within it, stored before anything is sent, and given to
/// the supplier as the client's order id, so that a purchase of unknown outcome can be looked up.
public struct OrderKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The text the supplier sees.
    public let rawValue: String

    /// - Returns: `nil` when the text has another character or length.
    public init?(_ text: String) {
        let valid = text.utf8.allSatisfy {
            ($0 >= 97 && $0 <= 122) || ($0 >= 65 && $0 <= 90) || ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: "-")
        }
        guard valid, (1...64).contains(text.utf8.count) else { return nil }
        rawValue = text
    }

    /// The key of an acquisition's purchase.
    /// - Parameter number: which purchase of the acquisition it is, from 1; another one is made only when it is certain
    ///   that nothing was bought by the one before.
    public init(acquisition: UUIDv7, number: Int32) {
        rawValue = "\(acquisition)-\(number)"
    }

    /// The text the supplier sees.
    public var description: String { rawValue }

    /// By their bytes: purchases of one acquisition stay together.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension OrderKey: TextCoded {
    /// Names the characters allowed.
    public static var textForm: String { "1-64 letters, digits, _ or -" }
}
