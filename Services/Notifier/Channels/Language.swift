/// The languages that people are told in.
enum Language: String, Codable, Sendable, CaseIterable {
    /// Korean.
    case ko
    /// English.
    case en
}

extension Language {
    /// Stands over several notes at once: `알림 12건`.
    func notes(_ count: Int) -> String {
        switch self {
        case .ko: "알림 \(count)건"
        case .en: count == 1 ? "1 notification" : "\(count) notifications"
        }
    }

    /// Follows the title of a note that began in the message before.
    var continued: String {
        switch self {
        case .ko: "(이어짐)"
        case .en: "(continued)"
        }
    }

    /// Whose event it is.
    func partner(_ id: String) -> String {
        switch self {
        case .ko: "파트너사 \(id)"
        case .en: "partner \(id)"
        }
    }

    /// Ends a list of counts that was cut: `외 3종`.
    func more(_ kinds: Int) -> String {
        switch self {
        case .ko: "외 \(kinds)종"
        case .en: "\(kinds) more"
        }
    }
}
