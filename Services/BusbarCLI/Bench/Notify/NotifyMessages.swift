internal import Models
internal import ServiceKit

/// The events of the benchmark of notifications. Id and body follow from an event's number, so that nothing has to be kept.
struct NotifyMessages: Sendable {
    static let type = "withdrawal.ready"
    static let wireType = "withdrawal.ready.v1"

    private let high: UInt64
    private let run: UInt64
    private let template: [UInt8]
    private let idPlace: Int
    private let partnerPlace: Int

    private static let idDigits = 8
    private static let partnerDigits = 4

    /// - Parameters:
    ///   - now: what the ids begin with.
    ///   - seed: tells runs apart.
    init(at now: Timestamp, seed: UInt64) throws {
        high = UInt64(bitPattern: now.milliseconds) << 16 | 0x7000
        run = 0x8000_0000 | seed & 0x3fff_ffff
        let partner = Self.partner(0)
        guard let partnerID = PartnerID(partner), let id = WithdrawalID("w-00000000") else {
            throw StackError("\(partner) is no partner id")
        }
        template = try MessageJSON.encode(Self.ready(id, partnerID, at: now))
        guard let idPlace = Self.place(of: "\"w-00000000\"", in: template),
            let partnerPlace = Self.place(of: "\"\(partner)\"", in: template)
        else { throw StackError("a withdrawal.ready has neither id nor partner") }
        self.idPlace = idPlace + 3
        self.partnerPlace = partnerPlace + 1 + partner.utf8.count - Self.partnerDigits
    }

    /// The partner of an endpoint; each has one, also by this name.
    static func partner(_ endpoint: Int) -> String {
        let digits = String(endpoint)
        return "bench-" + String(repeating: "0", count: max(0, partnerDigits - digits.count)) + digits
    }

    /// The endpoint with such a name.
    static func endpoint(named name: String) -> Int? {
        name.hasPrefix("bench-") ? Int(name.dropFirst(6)) : nil
    }

    /// The message id, which is the `webhook-id`.
    func messageID(_ event: Int) -> UUIDv7 { UUIDv7(high: high, low: run << 32 | UInt64(event)) }

    /// The event with this message id; `nil` for ids of others.
    func event(_ id: UUIDv7) -> Int? { id.high == high && id.low >> 32 == run ? Int(id.low & 0xffff_ffff) : nil }

    /// The event as it is published.
    func body(_ event: Int, for endpoint: Int) -> [UInt8] {
        var body = template
        Self.write(event, Self.idDigits, at: idPlace, in: &body)
        Self.write(endpoint, Self.partnerDigits, at: partnerPlace, in: &body)
        return body
    }

    /// The event as a message.
    func message(_ event: Int, for endpoint: Int) -> BareMessage {
        let body = body(event, for: endpoint)
        return BareMessage(
            messageID: Array(messageID(event).description.utf8),
            correlationID: Array("\(Self.partner(endpoint)):w-".utf8) + body[idPlace..<(idPlace + Self.idDigits)],
            body: body
        )
    }

    /// What a webhook's body begins with, up to the event's time.
    static let envelopeStart = Array(#"{"type":"\#(wireType)","timestamp":""#.utf8)

    /// Whether a webhook's body is an envelope with exactly the event in it.
    func isEnvelope(_ body: [UInt8], of event: Int, for endpoint: Int) -> Bool {
        let data = self.body(event, for: endpoint)
        return body.starts(with: Self.envelopeStart) && body.last == UInt8(ascii: "}")
            && body.dropLast().suffix(data.count).elementsEqual(data)
    }

    private static func write(_ number: Int, _ digits: Int, at place: Int, in bytes: inout [UInt8]) {
        var rest = number
        for offset in (0..<digits).reversed() {
            bytes[place + offset] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    private static func place(of text: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(text.utf8)
        return bytes.indices.first { bytes[$0...].starts(with: wanted) }
    }

    private static func ready(_ id: WithdrawalID, _ partner: PartnerID, at now: Timestamp) -> WithdrawalReady {
        WithdrawalReady(
            withdrawalID: id,
            partnerID: partner,
            sequence: 1,
            userID: "user-1",
            allocationID: UUIDv7(at: now),
            method: .energy,
            source: "own_stake",
            energyAvailable: Energy(65_000),
            bandwidthAvailable: Bandwidth(600),
            feeLimit: Sun(13_650_000),
            notAfter: now,
            cost: CostSheet(
                source: "own_stake",
                energy: Energy(65_000),
                energyPrice: BenchWorld.energyPrice,
                energyCost: Sun(747_500),
                bandwidthCost: .zero,
                activationCost: .zero,
                margin: Sun(74_750),
                fee: Sun(100_000),
                total: Sun(922_250),
                baseline: Sun(13_650_000)
            )
        )
    }
}
