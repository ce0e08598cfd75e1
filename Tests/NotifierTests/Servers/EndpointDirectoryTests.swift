import Logging
import Storage
import Testing
import Webhooks

@testable import Notifier

/// A replica's copy of the endpoints, on a real database.
@Suite struct EndpointDirectoryTests {
    @Test func failuresThatOthersMetAreReadWhenShardsAreTakenOver() async throws {
        try await NotifierUnderTest.with { notifier in
            let logger = Logger(label: "directory") { _ in SwiftLogNoOpLogHandler() }
            let directory = EndpointDirectory(box: notifier.box, logger: logger)
            let id = try await notifier.add("hook", EndpointSecrets(url: "https://example.com/hook"))
            #expect(try await directory.refresh(in: notifier.database).all[id]?.failures == 0)
            try await notifier.database.execute(
                "INSERT INTO notifier.health (endpoint_id, failures, failing_since) VALUES (\(id), 3, now())"
            )
            #expect(try await directory.refresh(in: notifier.database).all[id]?.failures == 0, "nothing was changed")
            #expect(try await directory.refresh(all: true, in: notifier.database).all[id]?.failures == 3)
            #expect(directory.snapshot.all[id]?.failures == 3)
        }
    }
}
