// swift-tools-version: 6.2
// Targets stand in dependency order. What may import what is the table in ARCHITECTURE.md;
// Tests/ArchitectureTests checks it against this file and the sources.

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let httpServer: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")

/// A C library of the system, found by pkg-config and installed by `./busbar`.
func system(_ name: String, _ pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Shared/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func shared(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Shared/\(name)",
        exclude: exclude,
        resources: resources,
        swiftSettings: settings
    )
}

/// One folder of Services is one executable.
func service(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies,
        path: "Services/\(name)",
        exclude: ["README.md"],
        resources: resources,
        swiftSettings: settings
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        exclude: exclude,
        swiftSettings: settings
    )
}

let package = Package(
    name: "busbar",
    products: [
        .executable(name: "allocator", targets: ["Allocator"]),
        .executable(name: "price-feed", targets: ["PriceFeed"]),
        .executable(name: "notifier", targets: ["Notifier"]),
        .executable(name: "devnet", targets: ["Devnet"]),
        .executable(name: "busbar", targets: ["BusbarCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["JSON", "Logging"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        system("CRabbitMQ", "librabbitmq", apt: "librabbitmq-dev"),
        system("CPostgres", "libpq", apt: "libpq-dev"),
        system("CSecp256k1", "libsecp256k1", apt: "libsecp256k1-dev"),
        system("CCurl", "libcurl", apt: "libcurl4-openssl-dev"),
        .target(name: "CLinux", path: "Shared/CLinux"),

        shared("IOThread", ["CLinux"]),
        shared("Models", [crypto]),
        shared("ChainModel", ["Models", collections]),
        shared("Planning", ["Models"]),
        shared("Messaging", ["IOThread", "CRabbitMQ", "Models", log, lifecycle, collections]),
        shared("Storage", ["IOThread", "CPostgres", "Models", log, lifecycle, collections]),
        shared("Ledger", ["Storage", "Models"]),
        shared("LocalStack", ["CLinux", "Models", log]),
        shared(
            "Schemas",
            ["Storage"],
            resources: [.embedInCode("Migrations"), .embedInCode("Grants"), .embedInCode("Audit")]
        ),
        shared(
            "Tron",
            [
                "Models", "ChainModel", "CSecp256k1", crypto, cryptoExtras, protobuf, httpClient, nioCore, nioHTTP,
                nioPosix,
                log, metrics,
            ],
            exclude: ["Protocol/tron.proto", "Protocol/generate.sh"]
        ),
        shared("Suppliers", ["Tron", "Models", crypto, httpClient, nioCore, nioHTTP, nioPosix, metrics]),
        shared("Webhooks", ["Models", crypto]),
        shared("Courier", ["IOThread", "CCurl", "Webhooks", "Models", log]),
        shared("Telemetry", [log, metrics]),
        shared(
            "ServiceKit",
            [
                "Messaging", "Storage", "Schemas", "Telemetry", "Models", configuration, lifecycle, httpServer,
                httpClient, nioCore, log, metrics,
            ]
        ),

        service(
            "Allocator",
            [
                "ServiceKit", "Planning", "Suppliers", "Ledger", "Tron", "ChainModel", "Models", "Messaging", "Storage",
                "Schemas", "Telemetry",
                lifecycle, log, metrics,
            ]
        ),
        service(
            "PriceFeed",
            [
                "ServiceKit", "Planning", "Tron", "ChainModel", "Models", "Storage", "Schemas", "Telemetry",
                httpClient, nioCore, nioHTTP, lifecycle, log, metrics,
            ]
        ),
        service(
            "Notifier",
            [
                "ServiceKit", "Planning", "Webhooks", "Courier", "Models", "Messaging", "Storage", "Schemas",
                "Telemetry",
                mustache, collections, lifecycle, log, metrics,
            ],
            resources: [.embedInCode("Templates")]
        ),
        service(
            "Devnet",
            [
                "ChainModel", "Models", "Tron", "Telemetry", "Webhooks", crypto, httpServer, arguments, lifecycle,
                nioCore, log,
            ]
        ),
        service(
            "BusbarCLI",
            [
                "LocalStack", "Ledger", "ServiceKit", "Planning", "Tron", "ChainModel", "Models", "Messaging",
                "Webhooks",
                "Storage",
                "Schemas", "Telemetry", "CRabbitMQ", "CPostgres", arguments, httpClient, nioCore, nioHTTP, nioPosix,
                lifecycle, log,
            ]
        ),

        .target(
            name: "TestSupport",
            dependencies: ["LocalStack", nioCore, nioPosix],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        tests("ModelsTests", ["Models"]),
        tests("CatalogueTests", ["Models"], exclude: ["Golden"]),
        tests("PlanningTests", ["Planning", "Models"]),
        tests("ChainModelTests", ["ChainModel", "Models"]),
        tests("TronTests", ["Tron", "TestSupport", "ChainModel", "Models", crypto, nioCore, nioPosix, nioHTTP]),
        tests(
            "SuppliersTests",
            [
                "Suppliers", "Planning", "Tron", "ChainModel", "Models", "LocalStack", "TestSupport", httpClient,
                nioCore, nioHTTP,
            ]
        ),
        tests(
            "DevnetTests",
            ["Devnet", "Webhooks", "Models", "LocalStack", "TestSupport", httpClient, nioCore, nioHTTP]
        ),
        tests("TelemetryTests", ["Telemetry", log, metrics]),
        tests("LocalStackTests", ["LocalStack", "TestSupport"]),
        tests("ArchitectureTests", []),
        tests(
            "AllocatorTests",
            ["Allocator", "Ledger", "Planning", "Schemas", "Storage", "Models", "TestSupport", log]
        ),
        tests(
            "PriceFeedTests",
            [
                "PriceFeed", "ServiceKit", "Planning", "Schemas", "Storage", "Models", "TestSupport", "LocalStack",
                nioCore, nioPosix, log,
            ]
        ),
        tests("WebhooksTests", ["Webhooks", "Models", "LocalStack", "TestSupport"], exclude: ["Receiver"]),
        tests(
            "CourierTests",
            ["Courier", "CCurl", "Webhooks", "Models", "LocalStack", "TestSupport", log, nioCore, nioPosix, nioHTTP]
        ),
        tests(
            "NotifierTests",
            [
                "Notifier", "Courier", "Webhooks", "ServiceKit", "Planning", "Schemas", "Messaging", "Storage",
                "Models",
                "TestSupport", "LocalStack", mustache, nioCore, nioPosix, nioHTTP, lifecycle, log, metrics,
            ]
        ),
        tests(
            "BusbarCLITests",
            [
                "BusbarCLI", "TestSupport", "LocalStack", "Ledger", "ServiceKit", "Planning", "Messaging", "Storage",
                "Webhooks", "Models", arguments,
            ]
        ),
        tests("MessagingTests", ["Messaging", "Models", "LocalStack", "TestSupport", log, lifecycle]),
        tests("StorageTests", ["Storage", "TestSupport", "LocalStack", "Models", log]),
        tests("LedgerTests", ["Ledger", "Schemas", "Storage", "Models", "TestSupport", log]),
        tests(
            "ServiceKitTests",
            [
                "ServiceKit", "Messaging", "Storage", "Telemetry", "Models", "TestSupport", "LocalStack", log, metrics,
                httpClient, httpServer, nioCore, lifecycle, configuration,
            ]
        ),
        tests(
            "EndToEndTests",
            [
                "TestSupport", "LocalStack", "Messaging", "Models", "Tron", "ChainModel", "Webhooks", httpClient,
                nioCore,
                nioHTTP, lifecycle, log,
            ]
        ),
    ]
)
