internal import Messaging
internal import Models
internal import Schemas
internal import ServiceKit

/// Tells systems and people what has happened: webhooks, chats and e-mail, at least once.
@main
struct NotifierApp {
    static func main() async {
        await ServiceKit.run(
            "notifier",
            schema: ServiceSchema(HouseSchemas.notifier),
            keys: NotifierConfiguration.keys,
            topology: .events(Notifier.queue, EventIntake.patterns)
        ) { service in
            let notifier = try Notifier(service, try NotifierConfiguration(service.configuration))
            service.add("deliveries", notifier.dispatcher)
            service.shards("deliveries", count: Dispatcher.shardCount, notifier.dispatcher)

            service.consume(Notifier.queue, inbox: true) { try await notifier.events.handle($0, $1) }
            service.consume(NotificationSend.name.queue ?? "", inbox: true) { try await notifier.sends.handle($0, $1) }
            service.loop("endpoints", every: .seconds(1)) { try await notifier.dispatcher.refresh() }
            service.loop("due", every: .milliseconds(500), wakeUp: notifier.dispatcher.due) {
                try await notifier.findDue()
            }
            service.leaderLoop("disabled", every: .seconds(1)) { try await notifier.cancelOfDisabled() }
            service.leaderLoop("backlog", every: .seconds(10)) { try await notifier.measureBacklog() }
            service.leaderLoop("partitions", every: .seconds(600)) { try await notifier.keepPartitions() }
        }
    }
}
