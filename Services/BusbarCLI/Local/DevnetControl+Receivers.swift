internal import FoundationEssentials
internal import Models

/// The receivers of notifications that the devnet plays.
extension DevnetControl {
    /// What came to a sink after some delivery.
    struct Sink: Decodable, Sendable {
        struct Delivery: Decodable, Sendable {
            var number: Int
            var id: String?
            var verdict: String
            var status: Int?
        }

        var accepted: Int
        var duplicates: Int
        var verified: Int
        var refused: Int
        var deliveries: [Delivery]
    }

    /// What was posted to a chat after some message.
    struct Chat: Decodable, Sendable {
        struct Message: Decodable, Sendable {
            var number: Int
            var to: String
        }

        var messages: [Message]
    }

    /// The address of a sink.
    func sinkURL(_ name: String) -> String { "\(url)/sink/\(name)" }

    /// Has a sink check signatures, and forget what it knew.
    func setSink(_ name: String, secret: String) async throws {
        _ = try await post("sink/\(name)", #"{"clear":true,"secret":"\#(secret)"}"#)
    }

    /// A sink's counts, and what came after the delivery of that number.
    func sink(_ name: String, after number: Int) async throws -> Sink {
        try JSONDecoder().decode(Sink.self, from: try await get("sink/\(name)?after=\(number)"))
    }

    /// What was posted to a chat service after the message of that number.
    func chat(_ name: String, after number: Int) async throws -> Chat {
        try JSONDecoder().decode(Chat.self, from: try await get("chats/\(name)?after=\(number)"))
    }
}
