internal import CPostgres

extension Session {
    /// Hands a round to libpq. False when the connection is broken.
    func send(_ round: Round, on handle: OpaquePointer) -> Bool {
        switch round.request {
        case .pipeline(let statements):
            for (index, statement) in statements.enumerated() {
                guard send(statement, index: index, of: round, on: handle) else { return false }
            }
            return PQpipelineSync(handle) == 1
        case .script(let text), .copyIn(let text, _), .copyOut(let text, _):
            return PQexitPipelineMode(handle) == 1 && PQsendQuery(handle, text) == 1
        }
    }

    private func send(_ sql: SQL, index: Int, of round: Round, on handle: OpaquePointer) -> Bool {
        let key = StatementKey(sql)
        let count = Int32(sql.parameters.count)
        let types = sql.parameters.map(\.type.rawValue)
        let plan = round.options.prepares ? statements.plan(for: key, round: round.id) : .unnamed
        var name = ""
        var mustSendText = true
        switch plan {
        case .prepared(let known):
            name = known
            mustSendText = false
        case .prepare(let new):
            name = new
            round.steps.append(.prepare(key))
            guard withText(sql, { PQsendPrepare(handle, new, $0, count, types) }) == 1 else { return false }
            mustSendText = false
        case .unnamed: break
        }
        round.steps.append(.execute(index))
        return withParameters(sql) { values, lengths, formats in
            if mustSendText {
                withText(sql) { PQsendQueryParams(handle, $0, count, types, values, lengths, formats, 1) }
            } else {
                PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
            }
        } == 1
    }

    private func withText<R>(_ sql: SQL, _ body: (UnsafePointer<CChar>) -> R) -> R {
        sql.description.withCString(body)
    }

    private func withParameters<R>(
        _ sql: SQL,
        _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> R
    ) -> R {
        // An empty value needs an address too: libpq takes a null pointer for NULL.
        let bytes = sql.values.bytes.isEmpty ? [0] : sql.values.bytes
        return bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            var pointers: [UnsafePointer<CChar>?] = []
            var lengths: [Int32] = []
            pointers.reserveCapacity(sql.parameters.count)
            lengths.reserveCapacity(sql.parameters.count)
            for parameter in sql.parameters {
                let start = base.map { parameter.length > 0 ? $0 + parameter.offset : $0 }
                pointers.append(parameter.length < 0 ? nil : start)
                lengths.append(Int32(max(parameter.length, 0)))
            }
            return body(pointers, lengths, [Int32](repeating: 1, count: sql.parameters.count))
        }
    }
}
