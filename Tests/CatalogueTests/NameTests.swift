import Models
import Testing

struct NameTests {
    @Test func namesAreUniqueAndOfTheirKind() {
        let names = Catalogue.all.map { $0.name }
        let wireNames = Set(names.map(\.wireName))
        let types = Set(names.map(\.type))
        #expect(wireNames.count == names.count)
        #expect(types.count == names.count, "one version of each")
        for command in Catalogue.commands {
            #expect(command.name.kind == .command && command.name.consumer != nil)
        }
        for event in Catalogue.events {
            #expect(event.name.kind == .event && event.name.queue == nil)
        }
    }

    @Test func aNameFitsAnAMQPShortStringWithItsPartner() {
        for name in Catalogue.all.map({ $0.name }) {
            #expect(name.type.wholeMatch(of: /[a-z_]+\.[a-z_]+/) != nil, "\(name.type)")
            #expect(name.wireName == "\(name.type).v\(name.version)")
            #expect(name.type.utf8.count + 33 < 255)
        }
    }

    @Test func commandsGoToTheQueueOfTheirConsumerAndEventsToTheTopicExchange() {
        #expect(WithdrawalRequest.name.queue == "allocator.withdrawal.request")
        #expect(WithdrawalRequest.name.exchange == "busbar.commands")
        #expect(WithdrawalReady.name.exchange == "busbar.events")
        let queues = Catalogue.commands.compactMap { $0.name.queue }
        #expect(Set(queues).count == Catalogue.commands.count)
    }

    @Test func onlyEventsForAPartnerAndAlertsOfItsMattersHaveItInTheirRoutingKey() throws {
        for message in try Samples.all() {
            let name = type(of: message).name
            let isBound = name.kind == .event && (MessageName.isForPartner(name.type) || message is any AlertEvent)
            #expect(MessageName.isForPartner(name.wireName) == MessageName.isForPartner(name.type))
            #expect(message.routingKey == (isBound ? "\(name.type).p42" : name.type))
        }
    }

    @Test func anAlertOfTheHouseHasNoPartnerInItsRoutingKey() throws {
        let raised = try #require(try Samples.all().lazy.compactMap { $0 as? AlertRaised }.first)
        var alert = raised.alert
        alert.partnerID = nil
        #expect(AlertRaised(alert).routingKey == "alert.raised")
    }

    @Test func theCorrelationIsWhatItIsAbout() throws {
        for message in try Samples.all() {
            let expected: String? =
                switch type(of: message).name.type {
                case let name where name.hasPrefix("withdrawal."): "p42:W-2026-0001"
                case "allocation.fallback": "p42:W-2026-0001"
                case let name where name.hasPrefix("acquisition."): "019a0000-0000-7000-8000-0000000000aa"
                case "supplier.order_settled": "019a0000-0000-7000-8000-0000000000aa"
                case let name where name.hasPrefix("alert."): "019a0000-0000-7000-8000-0000000000a1"
                case "notification.send": "019a0000-0000-7000-8000-0000000000b1"
                default: nil
                }
            #expect(message.correlationID == expected, "\(type(of: message).name.type)")
        }
    }

    @Test func eventsAboutAWithdrawalCarryTheirSequence() throws {
        let events = try Samples.all().filter { type(of: $0).name.type.hasPrefix("withdrawal.") }
            .filter { type(of: $0).name.kind == .event && !($0 is WithdrawalRejected) }
        #expect(events.count == 8)
        for event in events {
            let withdrawal = try #require(event as? any WithdrawalEvent, "\(type(of: event).name.type)")
            #expect(withdrawal.sequence > 0)
        }
    }
}
