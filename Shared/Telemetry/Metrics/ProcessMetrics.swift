internal import Glibc

extension PrometheusFactory {
    /// Adds what the standard client libraries show of a process: CPU time, memory, open descriptors, start time.
    public func addProcessMetrics() {
        let processor = number("process_cpu_seconds_total", .counter, [])
        let memory = number("process_resident_memory_bytes", .gauge, [])
        let descriptors = number("process_open_fds", .gauge, [])
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        number("process_start_time_seconds", .gauge, []).set(Double(now.tv_sec))
        beforeExposition {
            var usage = rusage()
            if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
                let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
                let micros = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
                processor.set(Double(seconds) + Double(micros) / 1e6)
            }
            if let pages = residentPages() { memory.set(Double(pages * sysconf(Int32(_SC_PAGESIZE)))) }
            if let count = openDescriptors() { descriptors.set(Double(count)) }
        }
    }
}

/// The second number of `/proc/self/statm`.
private func residentPages() -> Int? {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 128)
    let count = read(file, &buffer, buffer.count)
    guard count > 0 else { return nil }
    let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Int(fields[1]) : nil
}

private func openDescriptors() -> Int? {
    guard let directory = opendir("/proc/self/fd") else { return nil }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count - 3  // `.`, `..` and the directory itself
}
