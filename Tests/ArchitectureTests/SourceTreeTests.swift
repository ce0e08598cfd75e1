import Testing

/// The tests above prove nothing when the reading is wrong.
@Suite struct SourceTreeTests {
    @Test func importsAreReadInEveryForm() {
        let file = SourceTree.File(
            path: "x.swift",
            text: """
                internal import Models
                public import Storage
                @testable import Planning
                @preconcurrency internal import Dispatch
                import struct Foundation.URL
                // import Comment
                /// import Docs
                let text = "no import Here"
                """
        )
        #expect(file.imports == ["Models", "Storage", "Planning", "Dispatch", "Foundation"])
    }

    @Test func theTreeIsFound() throws {
        let tree = SourceTree()
        #expect(try tree.text("Package.swift").contains("swift-tools-version"))
        #expect(try tree.folders("Shared").contains("Models"))
        #expect(try tree.sources("Shared/Models").contains { $0.path == "Shared/Models/Time/WallClock.swift" })
    }
}
