internal import CCurl
internal import Glibc

/// The system's certificate authorities and further ones in one file, since libcurl reads (and keeps) but one. It has no
/// name, and goes with this object.
final class AuthorityFile: Sendable {
    private let descriptor: Int32

    /// Where libcurl finds it.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// - Parameter path: authorities to add, PEM.
    /// - Throws: when one of the two files cannot be read, or the added one holds no certificate.
    init(adding path: String) throws(CourierFailure) {
        let system = curl_version_info(CURLVERSION_SEVENTH).flatMap { $0.pointee.cainfo }.map { String(cString: $0) }
        guard let system else {
            throw CourierFailure(.tls, "libcurl does not say where the system's certificate authorities are")
        }
        let known = try Self.read(system)
        let added = try Self.read(path)
        guard Self.contains(added, "-----BEGIN CERTIFICATE-----") else {
            throw CourierFailure(.tls, "\(path) holds no certificate in PEM form")
        }
        descriptor = busbar_memory_file("authorities")
        guard descriptor >= 0 else {
            throw CourierFailure(.tls, "no file in memory for certificates: \(String(cString: strerror(errno)))")
        }
        guard Self.write(known + [UInt8(ascii: "\n")] + added, to: descriptor) else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw CourierFailure(.tls, "certificates cannot be written to memory: \(reason)")
        }
    }

    deinit { close(descriptor) }

    private static func read(_ path: String) throws(CourierFailure) -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw CourierFailure(.tls, "cannot read certificates from \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { break }
            content += piece[..<count]
        }
        guard ferror(file) == 0 else {
            throw CourierFailure(.tls, "cannot read certificates from \(path): \(String(cString: strerror(errno)))")
        }
        return content
    }

    private static func write(_ content: [UInt8], to descriptor: Int32) -> Bool {
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func contains(_ content: [UInt8], _ text: String) -> Bool {
        String(decoding: content, as: UTF8.self).contains(text)
    }
}
