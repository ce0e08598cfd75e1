public import LocalStack

/// A Python of a test's own: a virtual environment with packages, so that what is installed on the machine is left as it
/// is.
public struct PythonEnvironment: Sendable {
    /// The path of its interpreter.
    public let interpreter: String

    /// Makes one in a folder, with packages from wherever the machine gets them.
    /// - Parameters:
    ///   - folder: where it is made; whoever removes that removes it.
    ///   - packages: as pip wants them: `pytest`, `standardwebhooks==1.1.0`.
    public static func make(in folder: String, packages: [String]) async throws -> PythonEnvironment {
        let python = PythonEnvironment(interpreter: folder + "/venv/bin/python")
        try await succeed(Launch("python3", ["-m", "venv", folder + "/venv"]))
        // Where packages come from is the machine's to say.
        var variables = ["PIP_", "SSL_", "HTTPS_", "REQUESTS_"].reduce(into: [:]) { found, prefix in
            found.merge(Launch.variables(prefix: prefix)) { $1 }
        }
        variables["HOME"] = Launch.variable("HOME")
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + packages
        try await succeed(python.launch(pip, variables: variables))
        return python
    }

    /// The interpreter with some words.
    /// - Parameter variables: beside the plain ones; of our own environment nothing is inherited.
    public func launch(_ arguments: [String], variables: [String: String] = [:]) -> Launch {
        let own = ["PYTHONDONTWRITEBYTECODE": "1"].merging(variables) { $1 }
        return Launch(interpreter, arguments, environment: Launch.plainEnvironment.merging(own) { $1 })
    }

    private static func succeed(_ launch: Launch) async throws {
        let result = try await launch.run(limit: .patient(.seconds(240)))
        guard result.succeeded else {
            throw TestSupportError("\(launch.arguments.joined(separator: " ")) \(result.end): \(result.errors)")
        }
    }
}

/// Runs a test with a Python of its own, which is removed afterwards.
public func withPython<Result: Sendable>(
    packages: [String],
    _ body: (PythonEnvironment) async throws -> Result
) async throws -> Result {
    let home = try ServerDirectory.temporary()
    do {
        let result = try await body(try await PythonEnvironment.make(in: home.path, packages: packages))
        await LocalFile.remove(home.path)
        return result
    } catch {
        await LocalFile.remove(home.path)
        throw error
    }
}
