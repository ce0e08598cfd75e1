internal import Glibc

/// Small files, directories and their owners.
enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// The names in a directory, without `.` and `..`; empty when it cannot be read.
    static func entries(of path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The text of a file; nil when it cannot be read.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 {
                break
            } else if errno != EINTR {
                return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Replaces a file in one step, so that a reader sees the old text or the new one.
    static func write(_ text: String, to path: String, mode: mode_t = 0o600) throws(LocalStackError) {
        let temporary = path + ".\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("create", temporary) }
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else {
                defer { close(descriptor) }
                throw failure("write", temporary)
            }
            done += max(0, count)
        }
        fchmod(descriptor, mode)
        close(descriptor)
        guard rename(temporary, path) == 0 else { throw failure("replace", path) }
    }

    /// Makes a directory and those above it.
    static func makeDirectory(_ path: String, mode: mode_t = 0o700) throws(LocalStackError) {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("create", path)
        }
        try makeDirectory(String(path[..<slash]), mode: 0o755)
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("create", path) }
    }

    /// Makes a directory with a name nobody can guess: `prefix` and six letters.
    static func makeUniqueDirectory(_ prefix: String) throws(LocalStackError) -> String {
        var template = Array((prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw failure("create", prefix + "…") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Gives a path to a user.
    static func give(_ path: String, to user: SystemUser) throws(LocalStackError) {
        guard chown(path, user.uid, user.gid) == 0 else { throw failure("give to \(user.name)", path) }
    }

    /// Removes a directory with all it holds.
    static func remove(_ path: String) async {
        _ = try? await Launch("/bin/rm", ["-rf", "--", path]).run()
    }

    /// The last lines of a log, without colours and empty lines.
    static func tail(_ path: String, lines: Int = 15) -> [String] {
        (read(path) ?? "").lines(last: lines).map { line in
            var plain = ""
            var skipping = false
            for character in line {
                if character == "\u{1B}" { skipping = true }
                if !skipping { plain.append(character) }
                if skipping, character == "m" { skipping = false }
            }
            return plain
        }
    }

    private static func failure(_ verb: String, _ path: String) -> LocalStackError {
        LocalStackError(.file, "cannot \(verb) \(path): \(describe(errno: errno))")
    }
}
