internal import Models

/// What a reader should feel at the first glance: shown as a sign and a colour.
enum Tone: Sendable, Hashable, CaseIterable {
    case good
    case neutral
    case warning
    case bad
    /// Somebody has to act now.
    case critical

    var sign: String {
        switch self {
        case .good: "✅"
        case .neutral: "🔹"
        case .warning: "⚠️"
        case .bad: "❌"
        case .critical: "🚨"
        }
    }

    /// 0xRRGGBB, readable beside both white and black.
    var color: Int {
        switch self {
        case .good: 0x2E_A0_43
        case .neutral: 0x3B_82_F6
        case .warning: 0xD9_8A_00
        case .bad, .critical: 0xDC_26_26
        }
    }

    /// `#DC2626`
    var cssColor: String {
        let digits = String(color, radix: 16, uppercase: true)
        return "#" + String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }

    init(_ severity: AlertSeverity) {
        switch severity {
        case .info: self = .neutral
        case .warning: self = .warning
        case .critical: self = .critical
        }
    }

    /// By the type of an event, what it says of itself, and an alert's severity.
    init(of event: NotifiedEvent, _ body: TemplateValue) {
        switch event.type {
        case "withdrawal.ready", "withdrawal.settled", "acquisition.proven", "alert.resolved": self = .good
        case "withdrawal.rejected", "withdrawal.revoked", "withdrawal.failed", "notification.dead": self = .bad
        case "withdrawal.short", "withdrawal.expired", "acquisition.failed", "allocation.fallback",
            "chain.parameters_changed":
            self = .warning
        case "batch.completed": self = body.isZero("failed") && body.isZero("expired") ? .good : .warning
        case "supplier.order_settled": self = body["outcome"] == .text("proven") ? .good : .warning
        case "supplier.status_changed": self = body["available"] == .flag(true) ? .good : .warning
        default: self = event.severity.map(Tone.init) ?? .neutral
        }
    }
}

extension TemplateValue {
    fileprivate func isZero(_ field: String) -> Bool { self[field].map { $0 == .integer(0) } ?? true }
}
