public import Models

/// What is wrong with a key file.
public enum KeyFileError: Error, Sendable, Equatable {
    /// The password does not open it, or its contents were changed.
    case wrongPassword(address: TronAddress)
    /// The file cannot be read or made; `reason` is the system's.
    case file(path: String, reason: String)
    /// Someone but the owner may read it. It must have mode 0600 or less.
    case exposed(path: String, mode: String)
    /// It is not a key file; `reason` says where it differs.
    case malformed(reason: String)
    /// A version this program does not know.
    case unsupportedVersion(Int)
    /// The key inside is not the address's.
    case wrongKey(address: TronAddress)

    /// A wrong password may be corrected by a person, but nothing here changes by itself.
    public var isRetriable: Bool { false }
}
