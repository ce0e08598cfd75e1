public import Logging
internal import Synchronization

/// Carries webhooks, chat messages and mail out of the house, and lets nobody misuse it to reach into the house.
///
/// Every address that a target's name resolves to is judged by the ``AddressPolicy``; one forbidden address refuses the
/// target. The connection is made to a judged address and no other: the name is not asked for again. Redirects are not
/// followed, proxies of the environment not used, certificates always checked, and answers read to 64 KB.
///
/// Transfers run on a thread of libcurl's own; any number of tasks may call at once, and those that hang delay nobody.
/// A cancelled task ends its transfer.
public final class Courier: Sendable {
    let configuration: CourierConfiguration
    let logger: Logger
    let web: TransferLoop
    /// Its own thread: libcurl waits for a relay's good-bye.
    let post: TransferLoop?
    let reachable = Mutex(ReachableAddresses())
    private let authorities: AuthorityFile?

    /// Opens no connection yet.
    /// - Throws: ``CourierFailure/Code/tls`` when the certificate authorities cannot be read.
    public init(configuration: CourierConfiguration, logger: Logger) throws(CourierFailure) {
        self.configuration = configuration
        self.logger = logger
        let authorities = try configuration.certificateAuthorityFile.map { path throws(CourierFailure) in
            try AuthorityFile(adding: path)
        }
        self.authorities = authorities
        let room = OpenFiles.makeRoom(for: configuration.maximumTransfers + configuration.maximumIdleConnections)
        let limits = TransferLimits(
            transfers: configuration.maximumTransfers,
            idleConnections: min(configuration.maximumIdleConnections, max(16, room / 2)),
            idleTime: configuration.idleTime,
            authorities: authorities?.path
        )
        web = TransferLoop(name: "courier", limits: limits)
        post = configuration.relay.map { _ in TransferLoop(name: "courier-mail", limits: limits) }
    }

    deinit {
        web.abandon()
        post?.abandon()
    }

    /// Ends all transfers with ``CourierFailure/Code/stopped`` and closes all connections. Later calls fail at once.
    public func shutDown() async {
        await web.shutDown()
        await post?.shutDown()
    }
}
