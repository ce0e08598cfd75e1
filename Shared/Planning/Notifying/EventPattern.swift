public import Models

/// Which types of events somebody wants to hear of: `withdrawal.ready`, `withdrawal.*`, `alert.#`, `#`.
///
/// Words with dots between, as event types have them; `*` stands for one word, `#` as the last for whatever follows, or
/// nothing. At most 128 characters.
public struct EventPattern: Hashable, Sendable, CustomStringConvertible {
    /// The checked text.
    public let description: String
    private let isExact: Bool

    /// - Returns: `nil` unless each word is `*`, or 1 or more of `a-z`, `0-9`, `_`, or, as the last one, `#`.
    public init?(_ text: String) {
        guard (1...128).contains(text.utf8.count) else { return nil }
        let words = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for (index, word) in words.enumerated() {
            let isWildcard = word.isAny || (word.isRest && index == words.count - 1)
            guard isWildcard || (!word.isEmpty && word.allSatisfy(\.isOfEventType)) else { return nil }
        }
        description = text
        isExact = !text.utf8.contains { !$0.isOfEventType && $0 != UInt8(ascii: ".") }
    }

    /// Every event.
    public static let all = EventPattern(rest: ())

    private init(rest: Void) {
        description = "#"
        isExact = false
    }

    /// - Parameter type: without version: `withdrawal.ready`.
    public func matches(_ type: String) -> Bool {
        if isExact { return type == description }
        var pattern = description.utf8[...]
        var rest = type.utf8[...]
        while let wanted = pattern.popWord() {
            if wanted.isRest { return true }
            guard let word = rest.popWord(), wanted.isAny || wanted.elementsEqual(word) else { return false }
        }
        return rest.isEmpty
    }
}

extension EventPattern: TextCoded {
    /// Shows by examples.
    public static var textForm: String {
        "a pattern of event types, such as withdrawal.ready, withdrawal.*, alert.# or #"
    }
}

extension UInt8 {
    fileprivate var isOfEventType: Bool {
        (self >= 97 && self <= 122) || (self >= 48 && self <= 57) || self == UInt8(ascii: "_")
    }
}

extension Substring.UTF8View {
    fileprivate var isAny: Bool { count == 1 && first == UInt8(ascii: "*") }
    fileprivate var isRest: Bool { count == 1 && first == UInt8(ascii: "#") }

    /// Takes the first word and the dot after it.
    fileprivate mutating func popWord() -> Substring.UTF8View? {
        guard !isEmpty else { return nil }
        let dot = firstIndex(of: UInt8(ascii: "."))
        let word = self[..<(dot ?? endIndex)]
        self = dot.map { self[index(after: $0)...] } ?? self[endIndex...]
        return word
    }
}
