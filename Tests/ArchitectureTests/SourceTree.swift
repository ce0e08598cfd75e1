import Foundation

/// The files of the repository, as text.
struct SourceTree {
    struct File {
        /// Relative to the root, with `/`.
        let path: String
        let text: String

        /// Lines without comments, with their numbers.
        var code: [(number: Int, line: String)] {
            var isInComment = false
            return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
                index,
                line in
                let trimmed = line.trimmingCharacters(in: .whitespaces)
                if trimmed.hasPrefix("/*") { isInComment = true }
                defer { if trimmed.hasSuffix("*/") { isInComment = false } }
                guard !isInComment, !trimmed.hasPrefix("//") else { return nil }
                return (index + 1, String(line))
            }
        }

        /// The modules it imports.
        var imports: [String] {
            code.compactMap { _, line in
                guard line.contains("import "), let match = line.firstMatch(of: Self.importLine) else { return nil }
                return String(match.1)
            }
        }

        private nonisolated(unsafe) static let importLine =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|typealias|actor)\s+)?(\w+)/
    }

    let root: URL

    init() {
        root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The names of the folders inside one.
    func folders(_ path: String) throws -> [String] {
        let base = root.appending(path: path).resolvingSymlinksInPath()
        return try FileManager.default.contentsOfDirectory(atPath: base.path).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: base.appending(path: name).path, isDirectory: &isFolder)
                && isFolder.boolValue && !name.hasPrefix(".")
        }.sorted()
    }

    /// The Swift sources below a folder, resolved through links.
    func sources(_ path: String) throws -> [File] {
        let base = root.appending(path: path).resolvingSymlinksInPath()
        guard let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        return try walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { url in
            let below = url.resolvingSymlinksInPath().path.dropFirst(base.path.count)
            return File(path: path + below, text: try String(contentsOf: url, encoding: .utf8))
        }
    }
}
