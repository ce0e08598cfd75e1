/// One request to a chat: its body, and which events are told when it is accepted.
struct ChannelMessage: Sendable, Hashable {
    /// JSON, as it is sent.
    var body: [UInt8]
    var contentType = "application/json; charset=utf-8"
    /// Indices of the events that end in this message, of those it was made from. Messages are sent in their order: an event
    /// too long for one message begins in those before.
    var carried: [Int]
}
