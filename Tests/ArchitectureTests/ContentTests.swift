import Foundation
import Testing

/// Rules about what may stand where.
@Suite struct ContentTests {
    private let tree = SourceTree()

    @Test func sqlStandsOnlyWhereItBelongs() throws {
        // LocalStack and the tests' support make whole databases, before any client library is there.
        let homes = ["Shared/Storage/", "Shared/Ledger/", "Shared/Schemas/", "Shared/LocalStack/"]
        let statement =
            /\b(SELECT\s+.+\s+FROM|INSERT\s+INTO|UPDATE\s+\w[\w.]*\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|SCHEMA|ROLE|INDEX|DATABASE)|ALTER\s+(TABLE|ROLE))\b/
        for file in try tree.sources("Shared") + tree.sources("Services") {
            let isStore = file.path.wholeMatch(of: /Services\/\w+\/Store\/.*/) != nil
            // Inbox and outbox share a service's transaction: their SQL is the template of every owner schema.
            let isTemplate =
                file.path.hasPrefix("Shared/ServiceKit/Outbox/") || file.path.hasPrefix("Shared/ServiceKit/Consuming/")
            // The yardstick of the benchmark uses the bare libraries on purpose.
            let isBench = file.path.hasPrefix("Services/BusbarCLI/Bench/")
            guard !isStore, !isTemplate, !isBench, !homes.contains(where: { file.path.hasPrefix($0) }) else { continue }
            let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER"]
            for (number, line) in file.code
            where verbs.contains(where: line.contains) && line.firstMatch(of: statement) != nil {
                Issue.record("SQL at \(file.path):\(number)")
            }
        }
    }

    @Test func moneyAndEnergyAreNeverFloatingPoint() throws {
        for module in ["Models", "Planning", "Ledger", "Suppliers", "Tron"] {
            for file in try tree.sources("Shared/\(module)") where !file.path.hasSuffix(".pb.swift") {
                for (number, line) in file.code where Self.isFloating(line) && !Self.isNoAmount(line) {
                    Issue.record("floating point at \(file.path):\(number): \(line)")
                }
            }
        }
    }

    @Test func theChainKeepsNoFloatingPoint() throws {
        // Its formulas compute in doubles where TRON's own do; what they are given and what is kept are integers.
        for file in try tree.sources("Shared/ChainModel") {
            for (number, line) in file.code
            where Self.isFloating(line) && line.firstMatch(of: /\b(let|var)\s+\w+\s*:\s*\[?(Double|Float)/) != nil {
                Issue.record("floating point is kept at \(file.path):\(number): \(line)")
            }
        }
    }

    private static func isFloating(_ line: String) -> Bool {
        ["Double", "Float"].contains { line.contains($0) } && line.firstMatch(of: /\b(Double|Float|Float32)\b/) != nil
    }

    /// Names of things that are not amounts say so.
    private static func isNoAmount(_ line: String) -> Bool {
        line.firstMatch(of: /(?i)seconds?\b|perSecond|fraction|ratio|jitter|random|quantile/) != nil
    }

    @Test func nothingFromOutsideIsTrapped() throws {
        for file in try tree.sources("Shared") + tree.sources("Services") {
            for (number, line) in file.code where ["try! ", " as! ", "fatalError("].contains(where: line.contains) {
                Issue.record("a trap at \(file.path):\(number)")
            }
        }
    }

    @Test func uncheckedSendableIsProvenInWords() throws {
        for file in try tree.sources("Shared") + tree.sources("Services") {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in file.code where line.contains("@unchecked Sendable") {
                let before = lines[max(0, number - 6)..<(number - 1)]
                #expect(
                    before.contains { $0.contains("//") },
                    "\(file.path):\(number) needs a sentence that proves it safe"
                )
            }
        }
    }

    @Test func filesStaySmall() throws {
        for file in try tree.sources("Shared") + tree.sources("Services") + tree.sources("Tests")
        where !file.path.hasSuffix(".pb.swift") {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 450, "\(file.path) has \(lines) lines")
        }
    }

    @Test func everyServiceSaysWhatItDoes() throws {
        for service in try tree.folders("Services") {
            let text = try tree.text("Services/\(service)/README.md")
            #expect(text.split(separator: "\n").count >= 5, "Services/\(service)/README.md is empty")
        }
    }
}
