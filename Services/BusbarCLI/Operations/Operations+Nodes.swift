internal import Logging
internal import Models
internal import ServiceKit
internal import Tron

extension Operations {
    /// Lends a client of the TRON nodes to `body`, with the address of the token, and shuts it down afterwards.
    /// - Throws: ``OperationError`` when no node answers; what `body` throws.
    func withNodes<R: Sendable>(_ body: (TronClient, TronAddress) async throws -> R) async throws -> R {
        // The broker's password is of no interest here, and need not be set for it.
        let placeholder = ["BUSBAR_BROKER_PASSWORD": "not used", "BUSBAR_BROKER_PASSWORD_FILE": ""]
        let configuration = try ServiceConfiguration(
            service: "busbar",
            environment: variables.merging(placeholder) { $1 }
        )
        let key = configuration.optionalText(.tronAPIKey).flatMap { APIKey($0) }
        let token = try TronAddress(base58: configuration.text(.tronUSDTContract))
        let nodes = TronClient(
            configuration.list(.tronNodes).map { NodeEndpoint(url: $0, apiKey: key) },
            logger: Logger(label: "tron") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            let result = try await body(nodes, token)
            await nodes.shutdown()
            return result
        } catch {
            await nodes.shutdown()
            guard let error = error as? NodeError else { throw error }
            throw OperationError(
                "the chain cannot be asked: \(error)",
                hint: "look at BUSBAR_TRON_NODES, or at busbar status"
            )
        }
    }
}
