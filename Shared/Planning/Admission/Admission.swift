internal import FoundationEssentials
public import Models

/// A command from outside as it arrived, before anything in it is believed.
public struct IncomingCommand: Sendable {
    /// The AMQP `type`.
    public var type: String?
    /// The AMQP `message_id`.
    public var messageID: String?
    /// The AMQP `user_id`, which the broker has verified.
    public var sender: String?
    /// JSON if the sender is honest; may be of any size the broker lets through.
    public var body: [UInt8]

    /// Checks nothing: ``Admission`` does. `nil` is a property that the sender left out.
    public init(type: String?, messageID: String?, sender: String?, body: [UInt8]) {
        self.type = type
        self.messageID = messageID
        self.sender = sender
        self.body = body
    }
}

/// What becomes of a command from outside.
public enum AdmissionResult<Command: Message & Equatable>: Sendable, Equatable {
    /// As it is to be carried out; the sender may speak for its partner.
    case admitted(Command)
    /// Wrong for ever, and there is a partner to tell.
    case rejected(WithdrawalRejected)
    /// Wrong for ever, and nobody may be told: kept for people, with the reason.
    case parked(String)
}

/// Bodies of this size and above are refused.
public let maximumCommandBytes = 64 * 1024

/// Decides whether a command from outside is what it says, comes from whom it says, and may ask for that.
///
/// Pure: the registry and the time are given. Order matters: who may be told is settled before what is wrong.
public struct Admission: Sendable {
    /// Who may ask for what. A snapshot: decide again by a newer one before turning somebody away.
    public var registry: RegistrySnapshot
    private let decoder = JSONDecoder()

    /// Decides by this snapshot alone, for as many commands as wanted.
    public init(registry: RegistrySnapshot) { self.registry = registry }

    /// Admits a `withdrawal.request`.
    public func admit(request command: IncomingCommand, now: Timestamp) -> AdmissionResult<WithdrawalRequest> {
        admit(command) { (request: WithdrawalRequest) in
            guard request.token == "USDT" else {
                return (.unknownToken, "token \(request.token.prefix(32)) is not USDT")
            }
            guard registry.hotWallets[request.fromAddress] == request.partnerID else {
                return (
                    .hotWalletNotRegistered, "from_address \(request.fromAddress) is not a hot wallet of the partner"
                )
            }
            guard request.fromAddress != request.toAddress else {
                return (.sameAddress, "to_address is from_address")
            }
            guard request.amount.units > 0 else { return (.amountZero, "amount is zero") }
            if let deadline = request.deadline, deadline <= now {
                return (.deadlinePassed, "deadline \(deadline) is not after \(now)")
            }
            if registry.partners[request.partnerID]?.paused == true {
                return (.partnerPaused, "partner \(request.partnerID) is paused")
            }
            if let tooLong = [("user_id", request.userID), ("batch_id", request.batchID)]
                .first(where: { ($0.1?.utf8.count ?? 0) > 128 })
            {
                return (.malformed, "\(tooLong.0): longer than 128 bytes")
            }
            if let unprintable = [("user_id", request.userID), ("batch_id", request.batchID)]
                .first(where: { $0.1.map(hasControlCharacter) == true })
            {
                return (.malformed, "\(unprintable.0): has a control character")
            }
            if let size = request.batchSize, request.batchID == nil || !(1...1_000_000).contains(size) {
                return (.malformed, "batch_size: not between 1 and 1000000, or without batch_id")
            }
            if let limit = request.maxCost, !(Sun.zero..<Sun(1 << 53)).contains(limit) {
                return (.malformed, "max_cost_sun: not between 0 and 2^53")
            }
            return nil
        }
    }

    /// Admits a `withdrawal.settle`.
    public func admit(settle command: IncomingCommand) -> AdmissionResult<WithdrawalSettle> {
        admit(command) { (_: WithdrawalSettle) in nil }
    }

    /// Admits a `withdrawal.cancel`.
    public func admit(cancel command: IncomingCommand) -> AdmissionResult<WithdrawalCancel> {
        admit(command) { (_: WithdrawalCancel) in nil }
    }

    private func admit<Command: PartnerCommand & Equatable>(
        _ command: IncomingCommand,
        _ check: (Command) -> (RejectionReason, String)?
    ) -> AdmissionResult<Command> {
        let expected = Command.name.wireName
        if command.type == expected, command.body.count < maximumCommandBytes,
            let message = try? decoder.decode(Command.self, from: Data(command.body)),
            mayTell(message.partnerID, command.sender)
        {
            guard let (reason, detail) = check(message) else { return .admitted(message) }
            return .rejected(
                WithdrawalRejected(
                    partnerID: message.partnerID,
                    withdrawalID: message.withdrawalID.rawValue,
                    messageID: command.messageID.map { echo($0, bytes: 255) },
                    messageType: expected,
                    reason: reason,
                    detail: echo(detail, bytes: 512)
                )
            )
        }
        return refuse(command, as: Command.self)
    }

    private func mayTell(_ partner: PartnerID, _ sender: String?) -> Bool {
        guard let sender, registry.partners[partner] != nil else { return false }
        return registry.entitlements[sender]?.contains(partner) == true
    }

    /// The slow path: something is wrong, and here it is found out what, and whether anybody may be told.
    private func refuse<Command: PartnerCommand>(
        _ command: IncomingCommand,
        as _: Command.Type
    ) -> AdmissionResult<Command> {
        let expected = Command.name.wireName
        let type = command.type.map { echo($0, bytes: 64) } ?? "none"
        // A body of any size is still read for whom to tell: the broker has already limited it.
        guard let envelope = try? decoder.decode(Envelope.self, from: Data(command.body)) else {
            return .parked("body is not a JSON object (type \(type), \(command.body.count) bytes)")
        }
        guard let partnerText = envelope.partner, let partner = PartnerID(partnerText) else {
            return .parked("partner_id is missing or not 1-32 of a-z 0-9 _ -")
        }
        guard registry.partners[partner] != nil else { return .parked("partner \(partner) is not known") }
        guard let sender = command.sender else {
            return .parked("user_id is missing: nobody vouches for who speaks for partner \(partner)")
        }
        guard mayTell(partner, sender) else {
            return .parked("broker user \(echo(sender, bytes: 64)) may not speak for partner \(partner)")
        }
        func rejected(_ reason: RejectionReason, _ detail: String) -> AdmissionResult<Command> {
            .rejected(
                WithdrawalRejected(
                    partnerID: partner,
                    withdrawalID: envelope.withdrawal.map { echo($0, bytes: 64) },
                    messageID: command.messageID.map { echo($0, bytes: 255) },
                    messageType: type,
                    reason: reason,
                    detail: echo(detail, bytes: 512)
                )
            )
        }
        guard command.type == expected else {
            return rejected(.unsupportedType, "type \(type): this queue takes \(expected)")
        }
        guard command.body.count < maximumCommandBytes else {
            return rejected(.tooLarge, "\(command.body.count) bytes: less than \(maximumCommandBytes) are taken")
        }
        if let problem = envelope.firstProblem() { return rejected(problem.reason, problem.detail) }
        do {
            _ = try decoder.decode(Command.self, from: Data(command.body))
            return rejected(.malformed, "the message could not be read")
        } catch {
            return rejected(.malformed, explain(error))
        }
    }
}

/// A command about one withdrawal of one partner.
public protocol PartnerCommand: Message {
    /// `partner_id`: whom the sender claims to speak for, checked against its broker user.
    var partnerID: PartnerID { get }
    /// `withdrawal_id`: unique per partner.
    var withdrawalID: WithdrawalID { get }
}

extension WithdrawalRequest: PartnerCommand {}
extension WithdrawalSettle: PartnerCommand {}
extension WithdrawalCancel: PartnerCommand {}

/// For people: which field of a message is wrong and how.
func explain(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, _): return "\(key.stringValue): missing"
    case DecodingError.typeMismatch(_, let context): return "\(path(context)): of the wrong type"
    case DecodingError.valueNotFound(_, let context): return "\(path(context)): null"
    case DecodingError.dataCorrupted(let context):
        // Foundation says no path for a number that does not fit; the body itself has been read as JSON before.
        return path(context).isEmpty
            ? "a number does not fit its field" : "\(path(context)): \(context.debugDescription)"
    default: return "the message could not be read"
    }
}
