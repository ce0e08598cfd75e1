internal import Glibc

/// How a service ends. The numbers are those of `sysexits.h`.
public enum ExitCode: Int32, Sendable, Hashable, CaseIterable {
    /// Told to stop, and drained in time.
    case ok = 0
    /// An argument that is not understood.
    case usage = 64
    /// The admin port cannot be opened.
    case unavailable = 69
    /// A bug: an error that nobody expected ended the service, or it did not drain in time.
    case software = 70
    /// A configuration that was refused, or a database schema of another version.
    case configuration = 78
}
