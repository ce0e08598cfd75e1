internal import Glibc
internal import LocalStack

/// Where the local stack keeps its things.
struct StackLayout: Sendable {
    /// The folder for data, logs and state.
    let directory: String
    /// The folder of the executables.
    let executables: String

    var state: String { directory + "/stack.json" }
    var lock: String { directory + "/lock" }
    var secrets: String { directory + "/secrets" }
    var logs: String { directory + "/logs" }
    var servers: String { directory + "/servers" }

    func log(of name: String) -> String { logs + "/\(name).log" }

    /// The layout for the clone this executable was built in, or for the working directory.
    /// - Parameter directory: where the data lives instead.
    static func standard(directory: String? = nil) -> StackLayout {
        let executable = ownPath()
        let executables = String(executable.prefix(upTo: executable.lastIndex(of: "/") ?? executable.endIndex))
        if let directory {
            return StackLayout(directory: absolute(directory), executables: executables)
        }
        return StackLayout(
            directory: ServerDirectory.ofStack(clone: clone(above: executables)),
            executables: executables
        )
    }

    /// The nearest folder above that holds a Package.swift.
    private static func clone(above start: String) -> String {
        var folder = start
        while !folder.isEmpty {
            if LocalFile.exists(folder + "/Package.swift") { return folder }
            folder = String(folder.prefix(upTo: folder.lastIndex(of: "/") ?? folder.startIndex))
        }
        return absolute(".")
    }

    private static func ownPath() -> String { resolved("/proc/self/exe") ?? CommandLine.arguments[0] }

    private static func absolute(_ path: String) -> String {
        resolved(path) ?? (path.hasPrefix("/") ? path : (resolved(".") ?? ".") + "/" + path)
    }

    private static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
