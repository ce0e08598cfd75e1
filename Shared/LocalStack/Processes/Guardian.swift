internal import Glibc
internal import Synchronization

/// Ends our servers when we are gone, however we went: by returning, by a crash, by `kill -9`.
///
/// It is a small shell process that reads a socket of which only we hold the other end. Processes and temporary
/// directories are entered and struck off as lines; at the end of the stream it ends what is left and removes it. It
/// runs as we do, so it may also end servers that have changed their user, which a death signal of the kernel
/// (`PR_SET_PDEATHSIG`, lost at that change) may not.
public final class Guardian: Sendable {
    /// How a process is ended when nobody is left to end it properly.
    public struct Ward: Sendable {
        let signal: String
        /// At once: for servers whose data is thrown away.
        public static let kill = Ward(signal: "KILL")
        /// By request, with force after some seconds.
        public static let terminate = Ward(signal: "TERM")
        /// PostgreSQL's immediate shutdown, which also frees shared memory; it recovers at the next start.
        public static let quit = Ward(signal: "QUIT")
    }

    /// The one guardian of this process, started at first use.
    public static let shared: Result<Guardian, LocalStackError> = Result { () throws(LocalStackError) in
        try Guardian()
    }

    let descriptor: Int32

    private init() throws(LocalStackError) {
        let ends = try SocketPair.open()
        var launch = Launch("/bin/sh", ["-c", Guardian.script, "busbar-guardian"], directory: "/")
        launch.input = .descriptor(ends.childs)
        _ = try launch.start()
        close(ends.childs)
        // Out of the low numbers, which children's own streams take.
        descriptor = fcntl(ends.ours, F_DUPFD_CLOEXEC, 32)
        close(ends.ours)
    }

    /// Has a process ended with us; used for processes that entered the world without ``Launch``.
    func adopt(_ pid: Int32, _ ward: Ward) { say("add \(pid) \(ward.signal)") }

    /// Strikes a process off.
    func forget(_ pid: Int32) { say("remove \(pid)") }

    /// Has a directory removed with all it holds after the processes have ended.
    public func sweep(directory: String) { say("directory \(directory)") }

    /// Strikes a directory off.
    public func forget(directory: String) { say("keep \(directory)") }

    // One short write each, so concurrent lines never mix.
    private func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        while send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == -1, errno == EINTR {}
    }

    private static let script = #"""
        trap '' INT TERM HUP QUIT
        live=
        while read -r verb rest; do
            case $verb in
            add) live="$live ${rest% *}:${rest#* }" ;;
            remove)
                kept=
                for entry in $live; do
                    [ "${entry%%:*}" = "$rest" ] || kept="$kept $entry"
                done
                live=$kept ;;
            directory) set -- "$@" "$rest" ;;
            keep)
                for path; do
                    shift
                    [ "$path" = "$rest" ] || set -- "$@" "$path"
                done ;;
            esac
        done
        runs() {
            line=
            { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
            case ${line##*) } in Z* | X*) return 1 ;; esac
        }
        for entry in $live; do
            kill -s CONT "${entry%%:*}"
            kill -s "${entry##*:}" "${entry%%:*}"
        done 2>/dev/null
        tries=0
        while [ $tries -lt 60 ]; do
            left=
            for entry in $live; do runs "${entry%%:*}" && left=1; done
            [ "$left" ] || break
            tries=$((tries + 1))
            sleep 0.1
        done
        for entry in $live; do
            kill -s KILL -- "-${entry%%:*}"
            kill -s KILL "${entry%%:*}"
        done 2>/dev/null
        for path; do rm -rf -- "$path"; done
        """#
}
