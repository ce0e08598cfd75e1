internal import Glibc

extension Operations {
    /// The name of the user who runs this program; of the one who became root by sudo.
    static func systemUser() -> String {
        if getuid() == 0, let name = getenv("SUDO_USER"), name.pointee != 0 { return String(cString: name) }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4096)
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, getpwuid_r(getuid(), &entry, base, buffer.count, &found) == 0,
                found != nil, let name = entry.pw_name
            else { return "uid \(getuid())" }
            return String(cString: name)
        }
    }
}
