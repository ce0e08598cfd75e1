/// One request to a chat: its body, and which events it tells of.
struct ChannelMessage: Sendable, Hashable {
    /// JSON, as it is sent.
    var body: [UInt8]
    var contentType = "application/json; charset=utf-8"
    /// Indices of the events that are in this message, of those it was made from. One that is too long for a message is in
    /// several that follow one another: it is told when the last of them is accepted.
    var carried: [Int]
}
