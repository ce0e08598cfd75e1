internal import LocalStack

/// What has to be done between the servers' start and the services', and after.
enum StackPreparation {
    /// Brings the database to the state the services expect.
    ///
    /// To be filled: apply the migrations of all owners and the broker's topology, as `busbar migrate` will.
    static func migrate(_ environment: StackEnvironment) async throws -> StackEnvironment {
        environment
    }

    /// Makes what the services need on the chain: keys, pools, partners.
    ///
    /// To be filled: returns the environment with further variables, such as `BUSBAR_SIGNER_KEY_FILE`.
    static func prepareChain(
        _ environment: StackEnvironment,
        layout: StackLayout,
        secrets: StackSecrets
    ) async throws -> StackEnvironment {
        environment
    }
}
