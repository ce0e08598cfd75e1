internal import CPostgres

extension Session {
    /// Takes every answer that has arrived.
    func receive() {
        while state == .ready, let handle, let round = inFlight.first {
            let goesOn: Bool
            switch round.request {
            case .pipeline: goesOn = receivePipeline(round, from: handle)
            case .script: goesOn = receiveSimple(round, from: handle)
            case .copyIn(_, let data): goesOn = receiveCopyIn(round, data, on: handle)
            case .copyOut(_, let limit): goesOn = receiveCopyOut(round, limit: limit, from: handle)
            }
            guard goesOn else { break }
        }
        if state == .ready, let handle, PQstatus(handle) == CONNECTION_BAD { lose() }
    }

    private func receivePipeline(_ round: Round, from handle: OpaquePointer) -> Bool {
        guard PQisBusy(handle) == 0 else { return false }
        guard let result = PQgetResult(handle) else {
            // The end of one step's results. More ends than steps mean that the connection is gone.
            round.position += 1
            if round.position > round.steps.count { lose() }
            return state == .ready
        }
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            finishOldest()
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            if case .prepare(let key) = round.step {
                statements.succeeded(key)
                PQclear(result)
            } else {
                round.answer.results.append(ServerResult(result))
            }
        case PGRES_PIPELINE_ABORTED:
            if case .prepare(let key) = round.step { statements.failed(key) }
            PQclear(result)
        default:
            let error = serverError(result, statement: round.statement)
            if round.failure == nil { round.failure = error }
            if case .prepare(let key) = round.step {
                statements.failed(key)
            } else if error.isStalePlan, let statement = round.statement {
                statements.invalidate(StatementKey(statement))
            }
            PQclear(result)
        }
        return state == .ready
    }

    private func receiveSimple(_ round: Round, from handle: OpaquePointer) -> Bool {
        guard PQisBusy(handle) == 0 else { return false }
        guard let result = PQgetResult(handle) else {
            finishExclusive(handle)
            return state == .ready
        }
        take(result, into: round)
        return true
    }

    private func receiveCopyIn(_ round: Round, _ data: [UInt8], on handle: OpaquePointer) -> Bool {
        let isOpen = !round.answer.results.isEmpty && round.copied >= 0 && round.failure == nil
        guard isOpen else { return receiveSimple(round, from: handle) }
        while round.copied < data.count {
            let length = min(data.count - round.copied, 65_536)
            let code = data.withUnsafeBytes { buffer in
                PQputCopyData(
                    handle,
                    buffer.baseAddress?.advanced(by: round.copied).assumingMemoryBound(to: CChar.self),
                    Int32(length)
                )
            }
            guard code >= 0 else {
                lose()
                return false
            }
            guard code == 1 else { return false }
            round.copied += length
            startTimer()
            // Not more in memory than the socket takes.
            guard PQflush(handle) == 0 else { return false }
        }
        switch PQputCopyEnd(handle, nil) {
        case 1: round.copied = -1
        case 0: return false
        default:
            lose()
            return false
        }
        return true
    }

    private func receiveCopyOut(_ round: Round, limit: Int, from handle: OpaquePointer) -> Bool {
        guard !round.answer.results.isEmpty, round.copied >= 0, round.failure == nil else {
            return receiveSimple(round, from: handle)
        }
        var chunk: UnsafeMutablePointer<CChar>?
        let length = PQgetCopyData(handle, &chunk, 1)
        if length == 0 { return false }
        guard length > 0, let chunk else {
            round.copied = -1
            return true
        }
        defer { PQfreemem(chunk) }
        guard round.answer.bytes.count + Int(length) <= limit else {
            // There is no way to end a COPY from this side without another connection.
            close(PostgresError(.misuse, "COPY sent more than \(limit) bytes"))
            return false
        }
        round.answer.bytes.append(contentsOf: UnsafeRawBufferPointer(start: chunk, count: Int(length)))
        startTimer()
        return true
    }

    private func take(_ result: OpaquePointer, into round: Round) {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_COPY_IN, PGRES_COPY_OUT:
            // The end of a COPY replaces its beginning.
            if !round.request.isPipeline, round.copied < 0 { round.answer.results = [] }
            round.answer.results.append(ServerResult(result))
        default:
            if round.failure == nil { round.failure = serverError(result, statement: nil) }
            PQclear(result)
        }
    }

    private func finishExclusive(_ handle: OpaquePointer) {
        guard PQstatus(handle) == CONNECTION_OK, PQenterPipelineMode(handle) == 1 else { return lose() }
        finishOldest()
    }

    private func serverError(_ result: OpaquePointer, statement: SQL?) -> PostgresError {
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        let state = field("C")
        let message = field("M") ?? String(cString: PQresultErrorMessage(result))
        return PostgresError(
            state == nil ? .connectionLost : .server,
            message.split(separator: "\n").joined(separator: " "),
            sqlState: state.map { SQLState(rawValue: $0) },
            constraint: field("n"),
            table: field("t"),
            statement: statement?.description
        )
    }
}
