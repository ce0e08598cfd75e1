internal import Schemas
internal import ServiceKit

/// Tells systems and people what has happened: webhooks, chats and e-mail, at least once.
@main
struct NotifierApp {
    static func main() async {
        await ServiceKit.run("notifier", schema: ServiceSchema(HouseSchemas.notifier)) { _ in }
    }
}
