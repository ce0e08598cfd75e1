/// What distinguishes prepared statements: text and parameter types.
struct StatementKey: Hashable, Sendable {
    let text: [UInt8]
    let types: [PostgresType]

    init(_ sql: SQL) {
        text = sql.text
        types = sql.parameters.map(\.type)
    }
}

/// The statements prepared on one connection, least recently used first out.
struct StatementCache {
    /// How a statement is to be sent.
    enum Plan: Equatable {
        /// Prepared already.
        case prepared(String)
        /// Prepare under this name first.
        case prepare(String)
        /// Another round is preparing it and may fail: send it without a name.
        case unnamed
    }

    private struct Entry {
        var name: String
        var preparedBy: UInt64?
        var lastUse: UInt64
    }

    private var entries: [StatementKey: Entry] = [:]
    private var clock: UInt64 = 0
    private let capacity: Int
    /// Names that the server may forget.
    private(set) var discarded: [String] = []

    init(capacity: Int) { self.capacity = capacity }

    /// - Parameter round: within the round that prepares a statement, its name may be used at once: they fail together.
    mutating func plan(for key: StatementKey, round: UInt64) -> Plan {
        clock += 1
        if let entry = entries[key] {
            entries[key]?.lastUse = clock
            if let preparing = entry.preparedBy, preparing != round { return .unnamed }
            return .prepared(entry.name)
        }
        guard capacity > 0 else { return .unnamed }
        if entries.count >= capacity { evict() }
        guard entries.count < capacity else { return .unnamed }
        let name = "b\(clock)"
        entries[key] = Entry(name: name, preparedBy: round, lastUse: clock)
        return .prepare(name)
    }

    mutating func succeeded(_ key: StatementKey) { entries[key]?.preparedBy = nil }

    /// The preparation failed, or never happened.
    mutating func failed(_ key: StatementKey) { entries[key] = nil }

    /// The statement no longer fits the tables, or the server does not know it.
    mutating func invalidate(_ key: StatementKey) {
        if let entry = entries.removeValue(forKey: key) { discarded.append(entry.name) }
    }

    mutating func takeDiscarded() -> [String] {
        defer { discarded = [] }
        return discarded
    }

    private mutating func evict() {
        let oldest = entries.filter { $0.value.preparedBy == nil }.min { $0.value.lastUse < $1.value.lastUse }
        if let oldest { invalidate(oldest.key) }
    }
}
