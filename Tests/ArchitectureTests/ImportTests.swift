import Foundation
import Testing

/// The import table of ARCHITECTURE.md, checked against the sources: what the linker would allow, the house does not.
@Suite struct ImportTests {
    private let tree = SourceTree()

    /// Of our own modules, what each may import.
    private static let allowed: [String: Set<String>] = [
        "IOThread": ["CLinux"],
        "Models": [],
        "ChainModel": ["Models"],
        "Planning": ["Models", "ChainModel"],
        "Messaging": ["IOThread", "CRabbitMQ", "Models"],
        "Storage": ["IOThread", "CPostgres", "Models"],
        "Schemas": ["Storage"],
        "Tron": ["Models", "ChainModel", "CSecp256k1"],
        "Ledger": ["Storage", "Models"],
        "Suppliers": ["Tron", "Models"],
        "Telemetry": [],
        "Webhooks": ["Models"],
        "Courier": ["IOThread", "CCurl", "Webhooks", "Models"],
        "LocalStack": ["Models", "IOThread"],
        "ServiceKit": ["Messaging", "Storage", "Schemas", "Telemetry", "Models"],
    ]

    private static let cLibraries: Set<String> = ["CRabbitMQ", "CPostgres", "CSecp256k1", "CCurl", "CLinux"]

    /// What reaches outside the process; nothing of it belongs into pure decisions.
    private static let io: Set<String> = [
        "Glibc", "Musl", "Foundation", "FoundationNetworking", "Dispatch", "NIO", "NIOCore", "NIOPosix", "NIOHTTP1",
        "AsyncHTTPClient", "Hummingbird", "ServiceLifecycle", "Logging", "Metrics", "Configuration",
    ]

    @Test func everySharedModuleImportsOnlyWhatTheTableAllows() throws {
        let modules = Set(try tree.folders("Shared"))
        let services = Set(try tree.folders("Services"))
        for module in modules.subtracting(Self.cLibraries).sorted() {
            let allowed = try #require(Self.allowed[module], "Shared/\(module) is not in the import table")
            for file in try tree.sources("Shared/\(module)") {
                let ours = Set(file.imports).intersection(modules.union(services))
                let wrong = ours.subtracting(allowed).subtracting([module])
                #expect(wrong.isEmpty, "\(file.path) may not import \(wrong.sorted())")
            }
        }
    }

    @Test func pureModulesReachNothingOutside() throws {
        for module in ["Models", "ChainModel", "Planning"] {
            let sources = try tree.sources("Shared/\(module)")
            #expect(!sources.isEmpty)
            for file in sources {
                // The system clock is the one door, and Models is where it is injected from.
                let isClock = file.path == "Shared/Models/Time/WallClock.swift"
                let wrong = Set(file.imports).intersection(isClock ? Self.io.subtracting(["Glibc"]) : Self.io)
                #expect(wrong.isEmpty, "\(file.path) may not import \(wrong.sorted())")
            }
        }
    }

    @Test func servicesNeverImportEachOther() throws {
        let services = try tree.folders("Services")
        #expect(services.count >= 3)
        for service in services {
            for file in try tree.sources("Services/\(service)") {
                let wrong = Set(file.imports).intersection(services).subtracting([service])
                #expect(wrong.isEmpty, "\(file.path) may not import \(wrong.sorted())")
            }
        }
    }

    @Test func theDevnetPlaysSuppliersFromTheirDescriptionAlone() throws {
        // Adapter and sandbox share no code, or they would agree on the same mistake.
        for file in try tree.sources("Services/Devnet") {
            #expect(!file.imports.contains("Suppliers"), "\(file.path) may not import Suppliers")
        }
    }

    @Test func noServiceDependsOnAnotherInThePackage() throws {
        let package = try tree.text("Package.swift")
        let services = try tree.folders("Services")
        for block in package.components(separatedBy: "service(").dropFirst() {
            let end = block.range(of: "),\n")?.lowerBound ?? block.endIndex
            let names = block[..<end].matches(of: /"(\w+)"/).map { String($0.1) }
            guard let own = names.first, services.contains(own) else { continue }
            let wrong = Set(names.dropFirst()).intersection(services)
            #expect(wrong.isEmpty, "\(own) may not depend on \(wrong.sorted())")
        }
    }

    @Test func theHTTPServerIsImportedByItsHoldersAlone() throws {
        let holders = ["Shared/ServiceKit/", "Services/Gateway/", "Services/Devnet/"]
        for file in try tree.sources("Shared") + tree.sources("Services")
        where file.imports.contains(where: { $0.hasPrefix("Hummingbird") }) {
            #expect(holders.contains { file.path.hasPrefix($0) }, "\(file.path) may not import the HTTP server")
        }
    }

    @Test func cLibrariesAreImportedByTheirWrappersAlone() throws {
        // The yardstick of the benchmark is made of the bare libraries on purpose.
        let exempt = "Services/BusbarCLI/Bench/"
        let wrappers = [
            "CRabbitMQ": "Shared/Messaging/", "CPostgres": "Shared/Storage/", "CSecp256k1": "Shared/Tron/",
            "CCurl": "Shared/Courier/",
            "CLinux": "Shared/IOThread/",
        ]
        for file in try tree.sources("Shared") + tree.sources("Services") where !file.path.hasPrefix(exempt) {
            let imports = file.imports
            for (library, wrapper) in wrappers where imports.contains(library) {
                #expect(file.path.hasPrefix(wrapper), "\(file.path) may not import \(library)")
            }
        }
    }

    @Test func everyFolderIsATargetOfThePackage() throws {
        let package = try tree.text("Package.swift")
        for folder in try tree.folders("Shared") + tree.folders("Services") {
            let isTarget = package.contains("\"\(folder)\"")
            #expect(isTarget, "\(folder) is no target of Package.swift")
        }
    }
}
