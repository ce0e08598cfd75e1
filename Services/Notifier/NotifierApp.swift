internal import Messaging
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
            try Notifier(service, try NotifierConfiguration(service.configuration)).work()
        }
    }
}
