internal import Messaging
internal import Models
internal import ServiceKit

/// The parking places of the house, looked at without changing them.
struct ParkingLot: Sendable {
    let session: BrokerSession

    /// Every parking place of the house, and what nobody was bound for.
    static let queues = Topology.house.queues.map(\.name).filter { $0.hasSuffix(".parked") } + [Exchanges.unrouted]

    /// How many messages each holds. Queues that are not there are left out.
    func counts() async throws -> [AuditReport.Parked] {
        var counts: [AuditReport.Parked] = []
        for queue in Self.queues {
            if let count = try await count(of: queue) { counts.append(.init(queue: queue, count: count)) }
        }
        return counts
    }

    private func count(of queue: String) async throws -> Int? {
        do throws(MessagingError) {
            return try await session.messageCount(of: queue)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// The first messages of one parking place.
    /// - Parameter queue: with or without `.parked`.
    func deliveries(in queue: String, limit: Int) async throws -> [Delivery] {
        do throws(MessagingError) {
            return try await session.peek(at: queue, limit: limit)
        } catch {
            guard error.code == .notFound else { throw error }
            let known = Self.queues.joined(separator: ", ")
            throw OperationError("there is no queue \(queue)", hint: "there are: \(known)")
        }
    }

    /// The name of the queue that is meant.
    static func place(_ name: String) -> String {
        name == Exchanges.unrouted ? name : ParkedEntry.parkingPlace(of: name)
    }
}
