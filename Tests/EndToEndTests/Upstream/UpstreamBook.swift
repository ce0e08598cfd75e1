internal import Models
internal import Synchronization
internal import TestSupport

/// What one upstream has heard, with the checks that every upstream may rely on.
final class UpstreamBook: Sendable {
    private struct State {
        var courses: [String: Course] = [:]
        var rejections: [HeardEvent] = []
        var batches: [HeardEvent] = []
        var violations: [String] = []
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    func open(_ course: Course) { state.withLock { $0.courses[course.id] = course } }
    subscript(id: String) -> Course? { state.withLock { $0.courses[id] } }
    var courses: [Course] { state.withLock { Array($0.courses.values) } }
    var rejections: [HeardEvent] { state.withLock { $0.rejections } }
    /// Summaries of batches, as often as they were heard.
    var batches: [HeardEvent] { state.withLock { $0.batches } }

    func update(_ id: String, _ body: (inout Course) -> Void) {
        state.withLock { state in
            guard var course = state.courses[id] else { return }
            body(&course)
            state.courses[id] = course
        }
    }

    /// Takes an event.
    /// - Returns: the withdrawal, when it is news that it may be sent now.
    func take(_ event: HeardEvent) -> Course? {
        let (ready, waiters) = state.withLock { state in
            let ready = Self.take(event, &state)
            defer { state.waiters = [:] }
            return (ready, Array(state.waiters.values))
        }
        for waiter in waiters { waiter.resume() }
        return ready
    }

    private static func take(_ event: HeardEvent, _ state: inout State) -> Course? {
        if event.type.hasPrefix("batch.") {
            state.batches.append(event)
            return nil
        }
        if event.name == "rejected" {
            state.rejections.append(event)
            return nil
        }
        guard let id = event.withdrawal, let sequence = event.sequence, var course = state.courses[id] else {
            state.violations.append("\(event.type) about \(event.withdrawal ?? "nothing") was not expected")
            return nil
        }
        if let earlier = course.events[sequence], earlier.name != event.name {
            state.violations.append("\(id) has \(earlier.name) and \(event.name) as event \(sequence)")
        }
        let isNews = sequence > (course.newest?.sequence ?? 0)
        course.events[sequence] = event
        if isNews { course.newest = event }
        state.courses[id] = course
        return isNews && event.name == "ready" ? course : nil
    }

    /// What no upstream may ever see: gaps, two outcomes, something after an outcome, two meanings of one number.
    func violations() -> [String] {
        state.withLock { state in
            state.violations
                + state.courses.values.flatMap { course -> [String] in
                    let numbers = course.events.keys.sorted()
                    var found: [String] = []
                    if numbers != Array(1..<(numbers.count + 1)) {
                        found.append("\(course.id) has the sequences \(numbers)")
                    }
                    let outcomes = course.events.filter(\.value.isOutcome)
                    if outcomes.count > 1 { found.append("\(course.id) has the outcomes \(course.names)") }
                    if let last = outcomes.keys.max(), let newest = numbers.last, newest > last {
                        found.append("\(course.id) goes on after its outcome: \(course.names)")
                    }
                    return found
                }
        }
    }

    /// Waits until something has been heard that makes `condition` true.
    func wait(
        _ what: String,
        limit: Duration = .seconds(60),
        until condition: @Sendable (UpstreamBook) async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .patient(limit)
        while try await !condition(self) {
            guard ContinuousClock.now < deadline else {
                let open = courses.filter { $0.outcome == nil }.prefix(20).map { "\($0.id): \($0.names)" }
                throw EndToEndError("waited \(limit) in vain until \(what); open: \(open)")
            }
            await next(until: deadline)
            try Task.checkCancellation()
        }
    }

    private func next(until deadline: ContinuousClock.Instant) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        var timer: Task<Void, Never>?
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters[id] = continuation }
            // Also looks twice a second: the condition may be about something that is not heard. Begun when the waiter is
            // there to be woken: nobody else might do it.
            timer = Task {
                try? await Task.sleep(until: min(deadline, .now + .milliseconds(500)))
                self.state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
            }
        }
        timer?.cancel()
    }
}
