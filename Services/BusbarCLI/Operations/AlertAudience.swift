internal import Models
internal import Planning

/// Who is told of an event.
enum AlertAudience {
    /// Those that the rules name: active endpoints whose rules take it.
    static func of(
        _ event: RoutedEvent,
        _ endpoints: [EndpointView.Endpoint],
        at now: Timestamp
    ) -> [EndpointView.Endpoint] {
        endpoints.filter { endpoint in
            endpoint.isActive
                && route(
                    event,
                    rules: endpoint.rules,
                    owner: endpoint.partner,
                    isForPeople: endpoint.channel.isForPeople,
                    at: now
                ) != nil
        }
    }

    /// What became of it.
    struct Report: Codable, Sendable {
        /// `nil` when nobody was to be told, and nothing was sent.
        var alert: UUIDv7?
        var told: [DeliveryView.Delivery]
        /// Endpoints that do not hear of such an alert, or are disabled.
        var silent: [String]
        /// Endpoints that were to hear of it and did not.
        var missing: [String] = []

        /// Whether everybody was told who was to be told at once.
        func isGood(at now: Timestamp) -> Bool {
            !told.isEmpty && missing.isEmpty
                && told.allSatisfy {
                    $0.state == .delivered || ($0.attempts == 0 && NotificationTrial.isTold($0, at: now))
                }
        }

        func lines(at now: Timestamp, _ console: Console) -> [String] {
            guard let alert else {
                return [
                    "\(console.styled("!", .warning)) no endpoint's rules take such an alert: nothing was sent",
                    "  busbar endpoints list shows them; busbar endpoints rules NAME --add --events alert.# adds it",
                ]
            }
            var lines: [String] = ["alert \(alert)", ""]
            if !told.isEmpty { lines += table(at: now).lines() }
            for name in missing {
                lines.append(
                    "\(console.styled("✘", .bad)) \(name) was to be told, and the notifier has not heard of it: is it running?"
                )
            }
            if !silent.isEmpty, missing.isEmpty {
                lines.append(console.styled("not told, by their rules: \(silent.joined(separator: ", "))", .quiet))
            }
            return lines
        }

        private func table(at now: Timestamp) -> Table {
            var table = Table("endpoint", "channel", "partner", "state", "answer", "ms", "remark")
            for delivery in told {
                table.add(
                    delivery.endpoint,
                    delivery.channel,
                    delivery.partner ?? "-",
                    delivery.state.rawValue,
                    EndpointText.result(of: delivery),
                    delivery.latency.map(String.init) ?? "-",
                    EndpointText.remark(on: delivery, at: now)
                )
            }
            return table
        }
    }
}
