internal import ServiceLifecycle
internal import Synchronization

/// The group of a running service, to stop it without a signal.
final class Stopper: Sendable {
    private let box = Mutex<ServiceGroup?>(nil)

    init() {}

    var group: ServiceGroup? { box.withLock { $0 } }
    func set(_ group: ServiceGroup) { box.withLock { $0 = group } }
}
