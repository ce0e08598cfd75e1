internal import ArgumentParser
internal import LocalStack
internal import Models
internal import Tron

/// `busbar keys`
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Encrypted key files: make them, list them, check them. A key itself is never shown.",
        discussion: """
            A key file holds one private key, encrypted with AES-256-GCM under a password by scrypt. The allocator takes \
            it by BUSBAR_SIGNER_KEY_FILE. Without --password-file the password is asked for.

            Examples:
              busbar keys create keys/allocator.json
              busbar keys list keys
              busbar keys show keys/allocator.json --password-file /run/secrets/signer
            """,
        subcommands: [KeysCreate.self, KeysList.self, KeysShow.self]
    )
}

/// `busbar keys create`
struct KeysCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a new key and print its address.",
        discussion: "Example: busbar keys create keys/allocator.json --password-file /run/secrets/signer"
    )

    @Argument(help: "The new file; never replaces one.", completion: .file()) var file: String
    @Option(help: "File whose first line is the password.") var passwordFile: String?
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        guard !LocalFile.exists(file) else {
            throw OperationError("\(file) is there already", hint: "a key file is never replaced: name another")
        }
        let password = try SecretPrompt.keyPassword(file: passwordFile, isNew: true)
        let key = PrivateKey.random()
        try KeyFileProblem.explaining { () throws(KeyFileError) in
            try KeyFile(sealing: key, password: password).write(path: file)
            // What cannot be opened again must not receive anything.
            _ = try KeyFile(path: file).open(password: password)
        }
        let console = Console()
        if json {
            console.line(JSONOutput.line(["address": key.address.base58, "file": file]))
        } else {
            console.good("\(key.address)  \(file)")
            console.warning("without the file and its password the key is lost: keep a copy of both, apart")
        }
    }
}

/// `busbar keys list`
struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List key files and their addresses.",
        discussion: "Example: busbar keys list keys"
    )

    @Argument(help: "Files or folders.", completion: .file()) var paths: [String] = ["."]
    @Flag(help: "Write JSON.") var json = false

    private struct Entry: Codable {
        var file: String
        var address: String?
        var problem: String?
    }

    func run() async throws {
        var entries: [Entry] = []
        for path in paths.flatMap({ Folder.files(at: $0) }) {
            do {
                entries.append(Entry(file: path, address: try KeyFile(path: path).address.base58))
            } catch KeyFileError.malformed {
                // Another file of the folder.
                if paths.contains(path) { entries.append(Entry(file: path, problem: "not a key file")) }
            } catch {
                entries.append(Entry(file: path, problem: KeyFileProblem.text(error)))
            }
        }
        let console = Console()
        if json { return console.line(JSONOutput.pretty(entries)) }
        guard !entries.isEmpty else { return console.line("no key files there; busbar keys create makes one") }
        var table = Table("address", "file")
        for entry in entries { table.add(entry.address ?? entry.problem ?? "", entry.file) }
        for line in table.lines() { console.line(line) }
    }
}

/// `busbar keys show`
struct KeysShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a key file's address; with --check also that the password opens it.",
        discussion: "Example: busbar keys show keys/allocator.json --check"
    )

    @Argument(help: "The key file.", completion: .file()) var file: String
    @Flag(help: "Open it, to check the password.") var check = false
    @Option(help: "File whose first line is the password; implies --check.") var passwordFile: String?
    @Flag(help: "Write JSON.") var json = false

    func run() async throws {
        let console = Console()
        let address = try KeyFileProblem.explaining { () throws(KeyFileError) in try KeyFile(path: file).address }
        if check || passwordFile != nil {
            let password = try SecretPrompt.keyPassword(file: passwordFile, isNew: false)
            try KeyFileProblem.explaining { () throws(KeyFileError) in
                _ = try KeyFile(path: file).open(password: password)
            }
            if !json { console.good("the password opens it") }
        }
        console.line(json ? JSONOutput.line(["address": address.base58, "file": file]) : address.base58)
    }
}
