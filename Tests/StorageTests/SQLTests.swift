internal import Models
internal import Testing

@testable internal import Storage

@Suite struct SQLTests {
    @Test func interpolatedValuesBecomeParameters() {
        let name = "'; DROP TABLE x; --"
        let sql: SQL = "SELECT * FROM t WHERE a = \(name) AND b = \(Int64(7)) AND c = \(Int32?.none)"
        #expect(sql.description == "SELECT * FROM t WHERE a = $1 AND b = $2 AND c = $3")
        #expect(sql.parameters.map(\.type) == [.text, .int8, .int4])
        #expect(sql.parameters.map(\.length) == [name.utf8.count, 8, -1])
    }

    @Test func fragmentsAreNumberedOn() {
        let condition: SQL = "a = \(1) AND b = \(2)"
        var sql: SQL = "SELECT \(0) WHERE \(condition)"
        sql += " OR " + condition
        #expect(sql.description == "SELECT $1 WHERE a = $2 AND b = $3 OR a = $4 AND b = $5")
        #expect(sql.parameters.map(\.offset) == [0, 8, 16, 24, 32])
    }

    @Test func fragmentsWithMoreThanNineParametersKeepTheirText() {
        let list = (1...12).map { number -> SQL in "\(number)" }.joined(separator: ", ")
        let sql: SQL = "\(0) + \(list)!"
        #expect(sql.description == "$1 + $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13!")
        let twice = list + "|" + list
        #expect(twice.description.hasSuffix("|$13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24"))
    }

    @Test func rawAndIdentifierBindNothing() {
        let sql: SQL = "SELECT \(raw: "1") FROM \(identifier: "we\"ird")"
        #expect(sql.description == "SELECT 1 FROM \"we\"\"ird\"")
        #expect(sql.parameters.isEmpty)
    }

    @Test func scriptsAreTakenApartOutsideQuotes() {
        let script = """
            -- a ; comment
            CREATE TABLE a (b text DEFAULT ';'); /* ; */ CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $x$ SELECT 'a;b'; $x$;
            -- the end
            """
        let statements = SQLScript.statements(of: script)
        #expect(statements.count == 2)
        #expect(statements.last?.contains("$x$ SELECT 'a;b'; $x$") == true)
    }

    @Test func hostsAreRead() {
        typealias Host = PostgresConfiguration.Host
        #expect(Host(parsing: "db:6000") == Host("db", port: 6000))
        #expect(Host(parsing: "/run/x:6001") == Host("/run/x", port: 6001))
        #expect(Host(parsing: "/run/x") == Host("/run/x"))
        #expect(Host(parsing: "[::1]:7") == Host("::1", port: 7))
        #expect(Host(parsing: "::1") == Host("::1"))
        #expect(Host(parsing: "db:x") == nil)
        #expect(Host(parsing: ":5") == nil)
    }

    @Test func errorsShowNoValues() {
        let error = PostgresError(
            .server,
            "duplicate key",
            sqlState: .uniqueViolation,
            constraint: "k",
            statement: "INSERT $1",
            file: "F",
            line: 3
        )
        #expect("\(error)" == "server 23505: duplicate key (constraint k) at F:3")
        #expect(!error.isRetriable)
    }

    @Test func configurationsShowNoPassword() {
        let configuration = PostgresConfiguration(
            hosts: [.init("a"), .init("b", port: 1)],
            database: "d",
            user: "u",
            password: "secret"
        )
        #expect("\(configuration)" == "u@a:5432,b:1/d")
        #expect(!String(reflecting: configuration).contains("secret"))
    }

    @Test func statementsAreEvictedByAge() {
        var cache = StatementCache(capacity: 2)
        let keys = (0..<3).map { StatementKey(SQL(trusted: "SELECT \($0)")) }
        for key in keys.prefix(2) {
            guard case .prepare = cache.plan(for: key, round: 1) else {
                Issue.record("not prepared")
                return
            }
            #expect(cache.plan(for: key, round: 2) == .unnamed)
            cache.succeeded(key)
        }
        _ = cache.plan(for: keys[0], round: 3)
        _ = cache.plan(for: keys[2], round: 3)
        #expect(cache.takeDiscarded().count == 1)
        guard case .prepared = cache.plan(for: keys[0], round: 4), case .prepare = cache.plan(for: keys[1], round: 4)
        else {
            Issue.record("the wrong one went")
            return
        }
    }
}
