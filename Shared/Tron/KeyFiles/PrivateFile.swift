internal import Glibc

/// A small file that few may read. The mode is checked on the open file, so that it cannot be exchanged in between.
struct PrivateFile {
    enum Failure: Error {
        case system(String)
        case mode(String)
        case tooLarge
    }

    let bytes: [UInt8]

    init(reading path: String, forbidden: mode_t, limit: Int) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(Self.lastError()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(Self.lastError()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .system("not a regular file") }
        guard status.st_mode & forbidden == 0 else {
            throw .mode("0" + String(status.st_mode & 0o7777, radix: 8))
        }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count <= limit {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            if got < 0 {
                guard errno == EINTR else { throw .system(Self.lastError()) }
                continue
            }
            if got == 0 { break }
            count += got
        }
        guard count <= limit else { throw .tooLarge }
        self.bytes = Array(bytes[..<count])
    }

    /// Makes a new file of mode 0600 and waits until it is on disk. Never replaces one.
    static func create(_ path: String, _ bytes: [UInt8]) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(lastError()) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count < 0 {
                guard errno == EINTR else { throw .system(lastError()) }
                continue
            }
            written += count
        }
        guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw .system(lastError()) }
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }
}
