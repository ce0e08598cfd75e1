extension NotifyReport {
    /// Compares what was published, what came to the receivers, and what the books say.
    /// - Parameter events: those that were published by way of the notifier.
    static func rows(
        _ plan: NotifyPlan,
        events: Range<Int>,
        _ sink: SinkBook,
        books: [NotifyBenchStore.Books],
        attempts: [NotifyBenchStore.Attempts],
        isKilling: Bool
    ) -> [Row] {
        var rows: [Receiver.Kind: Row] = [:]
        for kind in Receiver.Kind.allCases { rows[kind] = Row(kind: kind) }
        let published = plan.counts(events)
        for (endpoint, receiver) in sink.receivers.enumerated() {
            rows[receiver.kind]?.endpoints += 1
            rows[receiver.kind]?.events += published[endpoint]
            rows[receiver.kind]?.requests += receiver.requests
        }
        for (place, moment) in sink.accepted(events).enumerated() where moment != nil {
            rows[plan.kinds[plan.recipient(of: events.lowerBound + place)]]?.accepted += 1
        }
        let expected = expected(plan, events, sink, isKilling: isKilling)
        for book in books {
            guard let endpoint = NotifyMessages.endpoint(named: book.name), plan.kinds.indices.contains(endpoint) else {
                continue
            }
            rows[plan.kinds[endpoint]]?.add(book, expected: expected[endpoint])
        }
        let missing = plan.parts.filter { $0.upperBound <= events.upperBound }.reduce(0) { $0 + sink.missing($1) }
        if let found = rows[.healthy]?.lost { rows[.healthy]?.lost = max(found, missing) }
        for entry in attempts {
            guard let endpoint = NotifyMessages.endpoint(named: entry.name), plan.kinds.indices.contains(endpoint)
            else {
                continue
            }
            let name = entry.outcome == "status" ? "status \(entry.status ?? 0)" : entry.outcome
            rows[plan.kinds[endpoint]]?.attempts[name, default: 0] += entry.count
        }
        return Receiver.Kind.allCases.compactMap { rows[$0] }
    }

    /// How many deliveries must be in the books, by endpoint. Who has left is told of nothing any more: of its events those
    /// count that were published before the one it left at. When replicas are killed, those may come to the next one later.
    private static func expected(
        _ plan: NotifyPlan,
        _ events: Range<Int>,
        _ sink: SinkBook,
        isKilling: Bool
    ) -> [Int] {
        var expected = plan.counts(events)
        for (endpoint, last) in sink.goneAt {
            expected[endpoint] =
                isKilling ? 0 : events.prefix { $0 <= last }.count { plan.recipient(of: $0) == endpoint }
        }
        return expected
    }
}

extension NotifyReport.Row {
    fileprivate mutating func add(_ book: NotifyBenchStore.Books, expected: Int) {
        pending += book.pending
        tried += book.tried
        delivered += book.delivered
        dead += book.dead
        cancelled += book.cancelled
        if book.isDisabled { disabled += 1 }
        lost += max(0, expected - Int(book.events))
        twice += Int(book.deliveries - book.events)
    }
}
