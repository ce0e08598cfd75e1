internal import Models
internal import Suppliers
internal import Synchronization

/// A transport that keeps what was sent and answers from a list.
final class ScriptedTransport: SupplierTransport {
    private let state: Mutex<(answers: [SupplierAnswer], calls: [HTTPCall])>

    init(_ answers: [SupplierAnswer]) { state = Mutex((answers, [])) }

    /// Answers of status 200 with these bodies.
    convenience init(_ bodies: String...) {
        self.init(bodies.map { SupplierAnswer(status: 200, body: Array($0.utf8)) })
    }

    var calls: [HTTPCall] { state.withLock { $0.calls } }

    func answer(to call: HTTPCall) async throws(SupplierFault) -> SupplierAnswer {
        let answer = state.withLock { state in
            state.calls.append(call)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else { throw SupplierFault(.noAnswer, .sent, "nothing more is scripted") }
        return answer
    }
}

extension HTTPCall {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Time that stands still.
struct FixedClock: WallClock {
    var time = Timestamp(milliseconds: 0)

    func now() -> Timestamp { time }
}

/// An adapter over a script.
func scripted(
    _ kind: SupplierKind,
    secrets: [String: String],
    options: [String: String] = [:],
    at time: Timestamp = Timestamp(milliseconds: 0),
    _ transport: ScriptedTransport
) throws -> any Supplier {
    guard let id = SupplierID(kind.rawValue) else { throw TestFailure("\(kind) is no supplier's name") }
    let settings = SupplierSettings(
        id: id,
        kind: kind,
        secrets: secrets.compactMapValues { SupplierSecret($0) },
        options: options
    )
    let surroundings = SupplierSurroundings(transport: transport, clock: FixedClock(time: time))
    return try SupplierRegistry.all.make(settings, surroundings)
}

/// A demand for 65,000 energy for an hour, and the order of it.
func sampleOrder(maximum: Int64 = 10_000_000) throws -> SupplierOrder {
    guard let key = OrderKey("key-1") else { throw TestFailure("no key") }
    let receiver = try TronAddress(base58: "TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy")
    let demand = EnergyDemand(receiver: receiver, energy: Energy(65_000), duration: .seconds(3600))
    return SupplierOrder(key: key, demand: demand, maximumTotal: Sun(maximum))
}

/// That order, prepared.
func samplePurchase(_ supplier: any Supplier) throws -> PreparedPurchase {
    PreparedPurchase(
        supplier: supplier.id,
        order: try sampleOrder(),
        energy: Energy(65_000),
        duration: .seconds(3600),
        total: Sun(2_450_500)
    )
}
