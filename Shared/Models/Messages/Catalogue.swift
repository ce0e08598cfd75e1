/// Every message the house speaks, in the order a reader meets them.
///
/// A test walks it: unique names, a golden JSON file for each, and the README and AsyncAPI tables equal to it.
public enum Catalogue {
    /// Asked of the allocator by the upstream, and of the notifier by the house.
    public static let commands: [any Message.Type] = [
        WithdrawalRequest.self, WithdrawalSettle.self, WithdrawalCancel.self, NotificationSend.self,
    ]

    /// Told to partners and to whoever listens.
    public static let events: [any Message.Type] = [
        WithdrawalAccepted.self, WithdrawalRejected.self, WithdrawalShort.self, WithdrawalReady.self,
        WithdrawalRevoked.self, WithdrawalSettled.self, WithdrawalCancelled.self, WithdrawalExpired.self,
        WithdrawalFailed.self, BatchCompleted.self, AcquisitionStarted.self, AcquisitionProven.self,
        AcquisitionFailed.self, AcquisitionReclaimed.self, PriceUpdated.self, ChainParametersChanged.self,
        SupplierOrderSettled.self, SupplierStatusChanged.self, PolicyChanged.self,
        AllocationFallback.self, AlertRaised.self, AlertEscalated.self, AlertResolved.self,
        NotificationDelivered.self, NotificationDead.self,
    ]

    /// The commands, then the events; each once.
    public static var all: [any Message.Type] { commands + events }
}
