/// What is to become of a delivery.
enum Verdict: Sendable, Hashable {
    case acknowledge
    case requeue
    case reject
}

/// A decision about some deliveries of one channel.
struct Settlement: Sendable {
    enum Tags: Sendable {
        case range(ClosedRange<UInt64>)
        case list([UInt64])
    }

    /// Counts the channels a consumer has had; tags of an earlier one mean nothing on the present one.
    let generation: Int
    let verdict: Verdict
    let tags: Tags
}
