public import Models

/// What one call of the token did or would do.
public struct CallOutcome: Sendable {
    /// Energy the whole call takes, penalty included.
    public var energy: Int64
    /// The part of it that the dynamic factor added.
    public var penalty: Int64
    /// What the call returned.
    public var output: [UInt8]
    /// What it emitted; empty when it reverted.
    public var logs: [EventLog]
    /// Whether the contract refused.
    public var reverted: Bool
}

extension TokenContract {
    /// The functions of the token, by the first four bytes of the call data.
    public enum Function: UInt32, Sendable, CaseIterable {
        case transfer = 0xa905_9cbb
        case transferFrom = 0x23b8_72dd
        case approve = 0x095e_a7b3
        case balanceOf = 0x70a0_8231
        case allowance = 0xdd62_ed3e
        case totalSupply = 0x1816_0ddd
        case decimals = 0x313c_e567
        case symbol = 0x95d8_9b41
        case name = 0x06fd_de03
        case basisPointsRate = 0xdd64_4f72
        case isBlackListed = 0xe47d_6060

        /// Name and argument types, as `function_selector` gives them.
        public var signature: String {
            switch self {
            case .transfer: "transfer(address,uint256)"
            case .transferFrom: "transferFrom(address,address,uint256)"
            case .approve: "approve(address,uint256)"
            case .balanceOf: "balanceOf(address)"
            case .allowance: "allowance(address,address)"
            case .totalSupply: "totalSupply()"
            case .decimals: "decimals()"
            case .symbol: "symbol()"
            case .name: "name()"
            case .basisPointsRate: "basisPointsRate()"
            case .isBlackListed: "isBlackListed(address)"
            }
        }

        /// The first four bytes of the call data.
        public var selector: [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (24 - 8 * UInt32($0))) }
        }
    }

    /// Runs a call and applies what it does, unless it reverts.
    /// - Parameters:
    ///   - data: four bytes of selector, then words; missing bytes count as zero, as the EVM has it.
    ///   - value: TRX sent along, which no function of the token accepts.
    public mutating func call(_ data: [UInt8], from caller: TronAddress, value: Sun) -> CallOutcome {
        let selector = data.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard data.count >= 4, value == .zero, let function = Function(rawValue: selector) else {
            return outcome(.revert, reverted: true)
        }
        func word(_ index: Int) -> Word {
            let bytes = data.dropFirst(4 + 32 * index).prefix(32)
            return Word(bytes: Array(bytes) + [UInt8](repeating: 0, count: 32 - bytes.count))
        }
        switch function {
        case .transfer: return transfer(from: caller, to: word(0).address, word(1), cost: .transfer)
        case .transferFrom: return transferFrom(word(0).address, to: word(1).address, word(2), spender: caller)
        case .approve: return approve(owner: caller, spender: word(0).address, word(1))
        case .balanceOf: return view(number(word(0).address.map(balance) ?? 0))
        case .allowance:
            guard let owner = word(0).address, let spender = word(1).address else { return view(Word.zero.bytes) }
            return view(allowance(owner: owner, spender: spender).bytes)
        case .totalSupply: return view(number(totalSupply))
        case .decimals: return view(Word(decimals).bytes)
        case .symbol: return view(Word.encoded(symbol))
        case .name: return view(Word.encoded(name))
        case .basisPointsRate, .isBlackListed: return view(Word.zero.bytes)
        }
    }

    private mutating func transfer(
        from sender: TronAddress,
        to recipient: TronAddress?,
        _ amount: Word,
        cost: CallCost
    ) -> CallOutcome {
        guard let recipient, recipient.evmBytes.contains(where: { $0 != 0 }), let units = amount.int64,
            units <= balance(of: sender)
        else { return outcome(.revert, reverted: true) }
        let needsNewSlot = units > 0 && recipient != sender && balance(of: recipient) == 0
        setBalance(balance(of: sender) - units, of: sender)
        setBalance(balance(of: recipient) + units, of: recipient)
        let log = EventLog(
            address: address,
            topics: [EventLog.transferTopic, Word(sender), Word(recipient)],
            data: amount.bytes
        )
        // Tether's contract on TRON declares a boolean and never sets it: success returns false.
        return outcome(needsNewSlot ? cost + .newSlot : cost, output: Word.zero.bytes, logs: [log])
    }

    private mutating func transferFrom(
        _ owner: TronAddress?,
        to recipient: TronAddress?,
        _ amount: Word,
        spender: TronAddress
    ) -> CallOutcome {
        guard let owner, let left = allowance(owner: owner, spender: spender).subtracting(amount) else {
            return outcome(.revert, reverted: true)
        }
        let unlimited = allowance(owner: owner, spender: spender) == .maximum
        let check: CallCost = unlimited ? .allowanceRead : .allowanceCheck
        let result = transfer(from: owner, to: recipient, amount, cost: .transfer + check)
        if !result.reverted, !unlimited { setAllowance(left, owner: owner, spender: spender) }
        return result
    }

    private mutating func approve(owner: TronAddress, spender: TronAddress?, _ amount: Word) -> CallOutcome {
        guard let spender else { return outcome(.revert, reverted: true) }
        let before = allowance(owner: owner, spender: spender)
        // Tether asks for a change of an allowance to go through zero.
        guard amount == .zero || before == .zero else { return outcome(.revert, reverted: true) }
        setAllowance(amount, owner: owner, spender: spender)
        let log = EventLog(
            address: address,
            topics: [EventLog.approvalTopic, Word(owner), Word(spender)],
            data: amount.bytes
        )
        let isNewSlot = before == .zero && amount != .zero
        return outcome(isNewSlot ? .approve + .newSlot : .approve, output: Word(1).bytes, logs: [log])
    }

    private func number(_ value: Int64) -> [UInt8] { Word(UInt64(max(0, value))).bytes }

    private func view(_ output: [UInt8]) -> CallOutcome { outcome(.view, output: output) }

    private func outcome(
        _ cost: CallCost,
        output: [UInt8] = [],
        logs: [EventLog] = [],
        reverted: Bool = false
    ) -> CallOutcome {
        let energy = cost.energy(factor: energyFactor)
        return CallOutcome(
            energy: energy,
            penalty: energy - cost.base,
            output: output,
            logs: logs,
            reverted: reverted
        )
    }
}
