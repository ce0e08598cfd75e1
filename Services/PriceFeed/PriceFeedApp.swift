internal import Schemas
internal import ServiceKit

/// Tells what TRX and energy cost and what the chain charges, and keeps how it came about.
@main
struct PriceFeedApp {
    static func main() async {
        await ServiceKit.run(
            "price-feed",
            schema: ServiceSchema(HouseSchemas.prices),
            keys: PriceFeedConfiguration.keys
        ) { service in
            let configuration = try PriceFeedConfiguration(service.configuration)
            let http = HTTPReader(timeout: configuration.timeout, logger: service.logger)
            let chain = try ChainReader(service, configuration)
            service.add("http", http)
            service.add("tron", chain)
            let feed = PriceFeed(service: service, configuration: configuration, http: http, chain: chain)
            // One replica asks and writes; another takes over when it is gone.
            service.leader("poll") { try await feed.run() }
        }
    }
}
