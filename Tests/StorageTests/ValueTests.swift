internal import Models
internal import Storage
internal import Testing

private enum Colour: String, PostgresValue, CaseIterable {
    case red
    case green
}

@Suite struct ValueTests {
    /// Sends a value there and back, alone, as NULL, and in arrays.
    private func roundTrip<Value: PostgresValue & Equatable>(
        _ values: [Value],
        _ client: PostgresClient,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        for value in values {
            let rows = try await client.query("SELECT \(value), \(Value?.none)", as: (Value, Value?).self)
            #expect(rows.first?.0 == value, sourceLocation: location)
            #expect(rows.first?.1 == nil, sourceLocation: location)
        }
        let holes = values.flatMap { [$0, nil] }
        let arrays = try await client.queryOne(
            "SELECT \(values), \(holes), \([Value]()), \([Value]?.none)",
            as: ([Value], [Value?], [Value], [Value]?).self
        )
        #expect(arrays?.0 == values, sourceLocation: location)
        #expect(arrays?.1 == holes, sourceLocation: location)
        #expect(arrays?.2 == [], sourceLocation: location)
        #expect(arrays?.3 == nil, sourceLocation: location)
    }

    @Test func everyTypeGoesThereAndBack() async throws {
        try await withClient { client, _ async throws in
            try await roundTrip([true, false], client)
            try await roundTrip([Int16.min, 0, .max], client)
            try await roundTrip([Int32.min, 0, .max], client)
            try await roundTrip([Int64.min, 0, .max], client)
            try await roundTrip([Int.min, 0, .max], client)
            try await roundTrip([0.1, -Double.infinity, .greatestFiniteMagnitude], client)
            try await roundTrip(["", "a", "\u{0}x".replacing("\u{0}", with: ""), "한글 \"'\\{},NULL"], client)
            try await roundTrip([[UInt8](), [0, 255, 0], Array(repeating: 7, count: 70_000)], client)
            try await roundTrip(
                [UUIDv7(high: 0, low: 0), UUIDv7(high: .max, low: .max), UUIDv7(at: .init(milliseconds: 9))],
                client
            )
            try await roundTrip(
                [-1, 0, 1, 946_684_799_999, 253_402_300_799_999, -62_135_596_800_000].map {
                    Timestamp(milliseconds: $0)
                },
                client
            )
            try await roundTrip([Sun(rawValue: .min), .zero, Sun(rawValue: .max)], client)
            try await roundTrip([Energy(1), Energy(rawValue: .max)], client)
            try await roundTrip([Bandwidth(345)], client)
            try await roundTrip([TokenAmount(units: 0), TokenAmount(units: .max)].compactMap(\.self), client)
            try await roundTrip([PartnerID("p-1"), PartnerID("z")].compactMap(\.self), client)
            try await roundTrip([WithdrawalID("w/1"), WithdrawalID("{\"}")].compactMap(\.self), client)
            try await roundTrip(
                [TronAddress(evm: 0..<20), TronAddress(evm: Array(repeating: 255, count: 20))].compactMap(\.self),
                client
            )
            try await roundTrip([TransactionID(bytes: 0..<32)].compactMap(\.self), client)
            try await roundTrip(Colour.allCases, client)
            try await roundTrip(WithdrawalState.allCases, client)
            try await roundTrip([PostgresJSON(bytes: Array(#"{"a": [1, "x"]}"#.utf8))], client)
            let numbers = [
                "0", "0.00", "1", "-1", "10000", "9999.9999", "0.0001", "-0.00000001",
                "123456789012345678901234567890.12345678",
                "100000000", "170141183460469231731687303715884105727", "0.5", "0.050", "-12.3",
            ]
            try await roundTrip(numbers.compactMap { PostgresNumeric($0) }, client)
            for number in numbers {
                let text = try await client.queryOne(
                    "SELECT \(PostgresNumeric(number))::text, \(number)::numeric",
                    as: (String, PostgresNumeric).self
                )
                #expect(text?.0 == number)
                #expect(text?.1.description == number)
            }
        }
    }

    @Test func arraysOfAnyShapeAreEncodedAsTheServerReadsThem() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        try await withClient { client, _ async throws in
            for _ in 0..<60 {
                let count = Int.random(in: 0...50, using: &generator)
                let numbers: [Int64?] = (0..<count).map { _ in
                    Bool.random(using: &generator) ? nil : Int64.random(in: .min ... .max, using: &generator)
                }
                let blobs: [[UInt8]?] = (0..<count).map { _ in
                    Int.random(in: 0..<4, using: &generator) == 0
                        ? nil
                        : (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                            .random(in: 0...255, using: &generator)
                        }
                }
                let rows = try await client.query(
                    "SELECT a, b, length(b) FROM unnest(\(numbers)::bigint[], \(blobs)::bytea[]) WITH ORDINALITY AS r(a, b, n) ORDER BY n",
                    as: (Int64?, [UInt8]?, Int?).self
                )
                #expect(rows.map(\.0) == numbers, "seed \(seed)")
                #expect(rows.map(\.1) == blobs, "seed \(seed)")
                #expect(rows.map(\.2) == blobs.map { $0?.count }, "seed \(seed)")
            }
        }
    }

    @Test func aMismatchNamesColumnTypesAndPlace() async throws {
        try await withClient { client, _ async throws in
            let line = #line + 2
            let error = await failure {
                _ = try await client.query("SELECT 1 AS one, 'x' AS ex", as: (Int, Int).self)
            }
            #expect(error?.code == .decoding)
            #expect(error?.message == "column 2 'ex' of row 1: expected Int, found text")
            #expect(error?.line == line)
            let null = await failure { _ = try await client.query("SELECT NULL::bigint AS n", as: Sun.self) }
            #expect(null?.message == "column 1 'n' of row 1: expected Sun, found NULL")
            let wide = await failure { _ = try await client.query("SELECT 70000", as: Int16.self) }
            #expect(wide?.message.contains("70000 does not fit") == true)
            let count = await failure { _ = try await client.query("SELECT 1, 2", as: Int.self) }
            #expect(count?.message == "the statement has 2 columns, 1 are read")
            let colour = await failure { _ = try await client.query("SELECT 'blue' AS c", as: Colour.self) }
            #expect(colour?.message.contains("no case for 'blue'") == true)
        }
    }

    private func failure(_ body: () async throws -> Void) async -> PostgresError? {
        await StorageTests.failure(of: body)
    }
}
