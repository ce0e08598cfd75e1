internal import Models

/// Endpoints and deliveries in words.
enum EndpointText {
    /// `active`, `active, failing for 2 h 05 min (7): …`, `disabled: gone`.
    static func state(of endpoint: EndpointView.Endpoint, at now: Timestamp) -> String {
        guard endpoint.isActive else {
            return "disabled" + (endpoint.disabledReason.map { ": " + OutsideText.line($0, limit: 80) } ?? "")
        }
        guard let since = endpoint.failingSince else { return "active" }
        let error = endpoint.lastError.map { ": " + OutsideText.line($0, limit: 80) } ?? ""
        return "active, failing for \(DurationText.text(max(.zero, now - since))) (\(endpoint.failures))\(error)"
    }

    /// What a delivery's last attempt came to: `200`, `500`, `timed_out`.
    static func result(of delivery: DeliveryView.Delivery) -> String {
        if let status = delivery.status { return String(status) }
        return delivery.outcome ?? "-"
    }

    /// When it goes on, or why it does not.
    static func remark(on delivery: DeliveryView.Delivery, at now: Timestamp) -> String {
        switch delivery.state {
        case .delivered: return ""
        case .dead, .cancelled: return OutsideText.line(delivery.reason ?? delivery.detail ?? "", limit: 80)
        case .pending:
            guard let due = delivery.dueAt else { return "" }
            let wait = due - now
            let next = wait > .zero ? "next in \(DurationText.text(wait))" : "due"
            return delivery.detail.map { next + "; " + OutsideText.line($0, limit: 80) } ?? next
        }
    }

    static func style(of state: DeliveryFilter.State) -> Console.Style {
        switch state {
        case .delivered: .good
        case .dead: .bad
        case .cancelled: .warning
        case .pending: .strong
        }
    }
}
