import Foundation
import Models
import Testing
import Tron

@Suite struct KeyFileTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path())
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func opensWithItsPassword() throws {
        let key = PrivateKey.random()
        let file = try KeyFile(sealing: key, password: Password("correct horse"), cost: .negligible)
        let read = try KeyFile(json: file.json)
        #expect(read == file)
        #expect(read.address == key.address)
        let opened = try read.open(password: Password("correct horse"))
        let digest = TransactionID.of(rawBytes: [1, 2, 3])
        #expect(opened.address == key.address)
        #expect(opened.sign(digest) == key.sign(digest))
    }

    @Test func anotherPasswordIsRefused() throws {
        let key = PrivateKey.random()
        let file = try KeyFile(sealing: key, password: Password("one"), cost: .negligible)
        #expect(throws: KeyFileError.wrongPassword(address: key.address)) {
            try file.open(password: Password("two"))
        }
    }

    /// Address and parameters are authenticated: whoever changes them cannot pass the key off as another's.
    @Test func changedContentsAreRefused() throws {
        let key = PrivateKey.random()
        let other = PrivateKey.random().address
        let file = try KeyFile(sealing: key, password: Password("one"), cost: .negligible)
        let text = String(decoding: file.json, as: UTF8.self)
        let changed = text.replacingOccurrences(of: key.address.base58, with: other.base58)
        #expect(throws: KeyFileError.wrongPassword(address: other)) {
            try KeyFile(json: Array(changed.utf8)).open(password: Password("one"))
        }
    }

    @Test func twoFilesOfOneKeyDiffer() throws {
        let key = PrivateKey.random()
        let one = try KeyFile(sealing: key, password: Password("one"), cost: .negligible)
        let two = try KeyFile(sealing: key, password: Password("one"), cost: .negligible)
        #expect(one != two)
    }

    @Test func malformedFilesSayWhere() throws {
        let file = try KeyFile(sealing: .random(), password: Password("one"), cost: .negligible)
        let text = String(decoding: file.json, as: UTF8.self)
        func error(_ old: String, _ new: String) -> KeyFileError? {
            #expect(text.contains(old))
            do {
                _ = try KeyFile(json: Array(text.replacingOccurrences(of: old, with: new).utf8))
                return nil
            } catch {
                return error
            }
        }
        #expect(error("\"version\" : 1", "\"version\" : 2") == .unsupportedVersion(2))
        #expect(error("scrypt", "md5") == .malformed(reason: "kdf is not scrypt"))
        #expect(error("aes-256-gcm", "rot13") == .malformed(reason: "cipher is not aes-256-gcm"))
        #expect(error("\"rounds\" : 16", "\"rounds\" : 15") == .malformed(reason: "scrypt parameters out of range"))
        #expect(
            error("\"rounds\" : 16", "\"rounds\" : 1073741824") == .malformed(reason: "scrypt parameters out of range")
        )
        #expect(error("\"tag\"", "\"tags\"") == .malformed(reason: "tag is missing"))
        #expect(throws: KeyFileError.malformed(reason: "not a JSON object")) { try KeyFile(json: Array("no".utf8)) }
    }

    @Test func onlyTheOwnerMayRead() throws {
        try inFolder { folder in
            let path = folder + "/pool.json"
            let file = try KeyFile(sealing: .random(), password: Password("one"), cost: .negligible)
            try file.write(path: path)
            #expect(try mode(path) == 0o600)
            #expect(try KeyFile(path: path) == file)
            #expect(throws: KeyFileError.self) { try file.write(path: path) }
            for mode in [0o640, 0o604, 0o620] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
                #expect(throws: KeyFileError.exposed(path: path, mode: "0" + String(mode, radix: 8))) {
                    try KeyFile(path: path)
                }
            }
            #expect(throws: KeyFileError.file(path: path + "x", reason: "No such file or directory")) {
                try KeyFile(path: path + "x")
            }
        }
    }

    @Test func passwordsFromFilesAndTheEnvironment() throws {
        try inFolder { folder in
            let path = folder + "/password"
            let made = FileManager.default.createFile(
                atPath: path,
                contents: Data("secret\n".utf8),
                attributes: [.posixPermissions: 0o600]
            )
            #expect(made)
            let file = try KeyFile(sealing: .random(), password: Password("secret"), cost: .negligible)
            _ = try file.open(password: Password(file: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(throws: Password.Failure.exposed(path: path, mode: "0644")) { try Password(file: path) }
        }
        #expect(throws: Password.Failure.unset(variable: "BUSBAR_TEST_UNSET")) {
            try Password(environment: "BUSBAR_TEST_UNSET")
        }
        _ = try Password(environment: "PATH")
        #expect(throws: Password.Failure.empty) { try Password("") }
        #expect(!"\(try Password("hidden"))".contains("hidden"))
    }
}
