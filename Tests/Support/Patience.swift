internal import Glibc

extension Duration {
    /// A time limit as this machine can keep it now: the limit itself on a quiet one, longer the more others want its
    /// cores. What a test holds is that something ends by itself instead of hanging, not how fast the machine is.
    public static func patient(_ limit: Duration) -> Duration {
        var loads = [0.0]
        let read = getloadavg(&loads, 1)
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let crowd = read == 1 ? loads[0] / Double(cores) : 0
        return limit * max(1.5, min(10, 1 + crowd))
    }
}
