internal import Logging
internal import Synchronization

/// What both connections report, and everybody may read.
final class ClientState: Sendable {
    private let box = Mutex(MessagingState())
    private let observer: (@Sendable (MessagingEvent) -> Void)?
    let logger: Logger

    init(observer: (@Sendable (MessagingEvent) -> Void)?, logger: Logger) {
        self.observer = observer
        self.logger = logger
    }

    var state: MessagingState { box.withLock { $0 } }

    func update(_ body: (inout MessagingState) -> Void) { box.withLock { body(&$0) } }

    func report(_ event: MessagingEvent) { observer?(event) }

    func connected(_ role: MessagingEvent.Role, host: MessagingConfiguration.Host) {
        change(role) {
            $0.isConnected = true
            $0.since = .now
            $0.host = host
        }
        logger.info("connected to the broker", metadata: ["connection": "\(role)", "host": "\(host)"])
        report(.connected(role))
    }

    /// One line when a connection ends, and one when the reason of not getting it back changes.
    func disconnected(_ role: MessagingEvent.Role, _ error: MessagingError) {
        var wasConnected = false
        var isNews = false
        change(role) {
            wasConnected = $0.isConnected
            isNews = wasConnected || $0.lastError?.code != error.code
            if wasConnected { $0.since = .now }
            $0.isConnected = false
            $0.lastError = error
        }
        if isNews {
            let metadata: Logger.Metadata = ["connection": "\(role)", "error": "\(error)"]
            logger.warning(wasConnected ? "lost the broker" : "cannot reach the broker", metadata: metadata)
        }
        if wasConnected { report(.disconnected(role, error)) }
    }

    /// Closed by us.
    func closed(_ role: MessagingEvent.Role) {
        change(role) {
            $0.isConnected = false
            $0.since = .now
        }
        logger.info("closed the connection to the broker", metadata: ["connection": "\(role)"])
    }

    func failed(_ role: MessagingEvent.Role, _ error: MessagingError, _ message: Logger.Message) {
        var isNews = false
        change(role) {
            isNews = $0.lastError?.reason != error.reason
            $0.lastError = error
        }
        if isNews { logger.error(message, metadata: ["connection": "\(role)", "error": "\(error)"]) }
    }

    private func change(_ role: MessagingEvent.Role, _ body: (inout MessagingState.Connection) -> Void) {
        update { state in
            switch role {
            case .publish: body(&state.publishing)
            case .consume: body(&state.consuming)
            }
        }
    }
}
