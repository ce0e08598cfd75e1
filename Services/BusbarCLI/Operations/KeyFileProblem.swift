internal import Glibc
internal import Tron

/// What is wrong with a key file, for people.
enum KeyFileProblem {
    static func text(_ error: KeyFileError) -> String {
        switch error {
        case .wrongPassword(let address): "the password does not open the key of \(address)"
        case .file(let path, let reason): "\(path): \(reason)"
        case .exposed(let path, let mode): "others may read \(path) (mode \(mode)): chmod 600 \(path)"
        case .malformed(let reason): "it is not a key file: \(reason)"
        case .unsupportedVersion(let version): "a key file of version \(version), which this program does not know"
        case .wrongKey(let address): "the key inside is not that of \(address)"
        }
    }

    static func explaining<R>(_ body: () throws(KeyFileError) -> R) throws -> R {
        do {
            return try body()
        } catch {
            throw OperationError(text(error))
        }
    }
}

/// Looking into folders.
enum Folder {
    /// The file itself, or the files of a folder, in order of their names; none when it is not there.
    static func files(at path: String) -> [String] {
        guard let folder = opendir(path) else { return [path] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), entry.pointee.d_type == DT_REG { names.append(name) }
        }
        return names.sorted().map { path == "." ? $0 : path + "/" + $0 }
    }
}
