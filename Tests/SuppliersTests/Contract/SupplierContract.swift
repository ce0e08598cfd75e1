internal import Models
internal import Suppliers
internal import Testing

/// What every adapter keeps, whatever its protocol. Each case runs on a devnet of its own.
enum SupplierContract: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case quotes
    case buysAndDelivers
    case placedTwiceBuysOnce
    case lostAnswerIsFound
    case requestThatWasRefusedByTheGatewayBuysOnce
    case unknownPurchase
    case refusalsAreDefinite
    case tooMuchIsNotSent
    case unactivatedReceiver
    case priceChangeStopsThePurchase
    case emptyBalance
    case rateLimit
    case serverErrors
    case slowAnswerIsAmbiguous
    case noConnection
    case partialDelivery
    case successBeforeItIsOnChain
    case neverDelivered
    case earlyReclaim
    case expiry
    case faultsAtRandom

    var testDescription: String { rawValue }

    /// Holds the adapter to this case.
    func hold(for sandboxed: SandboxedSupplier) async throws {
        var limits = HTTPTransport.Limits()
        if self == .slowAnswerIsAmbiguous { limits.call = .seconds(3) }
        if self == .faultsAtRandom { limits.call = .seconds(1) }
        try await SandboxDriver.with(sandboxed, limits: limits) { try await hold($0) }
    }

    private func hold(_ driver: SandboxDriver) async throws {
        switch self {
        case .quotes: try await driver.checkQuotes()
        case .buysAndDelivers: try await driver.checkDelivery()
        case .placedTwiceBuysOnce: try await driver.checkPlacedTwice()
        case .lostAnswerIsFound: try await driver.checkLostAnswer()
        case .requestThatWasRefusedByTheGatewayBuysOnce: try await driver.checkGatewayError()
        case .unknownPurchase: try await driver.checkUnknownPurchase()
        case .refusalsAreDefinite: try await driver.checkRefusals()
        case .tooMuchIsNotSent: try await driver.checkTooMuch()
        case .unactivatedReceiver: try await driver.checkUnactivatedReceiver()
        case .priceChangeStopsThePurchase: try await driver.checkPriceChange()
        case .emptyBalance: try await driver.checkEmptyBalance()
        case .rateLimit: try await driver.checkRateLimit()
        case .serverErrors: try await driver.checkServerErrors()
        case .slowAnswerIsAmbiguous: try await driver.checkSlowAnswer()
        case .noConnection: try await driver.checkNoConnection()
        case .partialDelivery: try await driver.checkPartialDelivery()
        case .successBeforeItIsOnChain: try await driver.checkEarlySuccess()
        case .neverDelivered: try await driver.checkNeverDelivered()
        case .earlyReclaim: try await driver.checkEarlyReclaim()
        case .expiry: try await driver.checkExpiry()
        case .faultsAtRandom: try await driver.checkFaultsAtRandom()
        }
    }
}

/// Runs a call that must fail with a supplier's fault.
func fault<Value>(
    of call: () async throws(SupplierFault) -> Value,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> SupplierFault {
    let value: Value
    do throws(SupplierFault) {
        value = try await call()
    } catch {
        return error
    }
    throw TestFailure("no fault at line \(sourceLocation.line) but \(value)")
}
