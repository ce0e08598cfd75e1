import Models
import Testing

/// What is published about the messages is what the code says, and nothing else.
struct AsyncAPITests {
    @Test func itNamesEveryMessageOfTheCatalogueAndNoOther() throws {
        let document = try AsyncAPI(Files.asyncAPI())
        let names = Catalogue.all.map { "\($0) \($0.name.wireName)" }
        #expect(document.messages.map { "\($0.key) \($0.wireName)" } == names)
        #expect(document.channels.map(\.key) == Catalogue.all.map { "\($0)" })
    }

    @Test func itHasEveryFieldOfTheGoldenFilesAndNoOther() throws {
        let document = try AsyncAPI(Files.asyncAPI())
        for message in Catalogue.all {
            let described = try #require(document.messages.first { $0.wireName == message.name.wireName })
            var fields = Set(try JSON.fields(Files.golden(message.name)).keys)
            fields.formUnion(Samples.neverTogether[message.name.wireName] ?? [])
            #expect(described.properties == fields, "\(message.name.wireName)")
            #expect(described.required.isSubset(of: described.properties), "\(message.name.wireName)")
            #expect(described.untyped.isEmpty, "\(message.name.wireName)")
            #expect(described.undescribed.isEmpty, "\(message.name.wireName)")
        }
    }

    @Test func itListsEveryValueOfWhatIsChosenFromAList() throws {
        let document = try AsyncAPI(Files.asyncAPI())
        func values(_ message: any Message.Type, _ field: String) -> Set<String>? {
            document.messages.first { $0.wireName == message.name.wireName }?.values[field]
        }
        #expect(values(WithdrawalRequest.self, "urgency") == raw(Urgency.self))
        #expect(values(WithdrawalRequest.self, "fallback") == raw(ShortageOption.self))
        #expect(values(WithdrawalRejected.self, "reason") == raw(RejectionReason.self))
        #expect(values(WithdrawalShort.self, "reason") == raw(ShortageReason.self))
        #expect(values(WithdrawalReady.self, "method") == raw(AllocationMethod.self))
        #expect(values(WithdrawalRevoked.self, "reason") == raw(WithdrawalRevoked.Reason.self))
        #expect(values(WithdrawalFailed.self, "reason") == raw(FailureReason.self))
        #expect(values(PriceUpdated.self, "trx_usd_state") == raw(PriceState.self))
        #expect(values(PriceUpdated.self, "market_demand") == raw(MarketDemand.self))
        for message in [NotificationSend.self, AlertRaised.self, AlertEscalated.self, AlertResolved.self]
            as [any Message.Type]
        {
            #expect(values(message, "severity") == raw(AlertSeverity.self), "\(message)")
        }
        #expect(values(AlertEscalated.self, "previous_severity") == raw(AlertSeverity.self))
        #expect(values(NotificationDead.self, "channel") == raw(NotificationChannel.self))
    }

    private func raw<Value: RawRepresentable<String> & CaseIterable>(_: Value.Type) -> Set<String> {
        Set(Value.allCases.map(\.rawValue))
    }

    @Test func channelsAreTheExchangesRoutingKeysAndQueuesOfTheHouse() throws {
        let document = try AsyncAPI(Files.asyncAPI())
        for sample in try Samples.all() {
            let name = type(of: sample).name
            let channel = try #require(document.channels.first { $0.key == "\(type(of: sample))" }, "\(name.type)")
            #expect(channel.address == sample.routingKey.replacing(".p42", with: ".{partner_id}"), "\(name.type)")
            #expect(channel.exchange == name.exchange && channel.queue == name.queue, "\(name.type)")
            #expect(channel.exchangeType == (name.kind == .command ? "direct" : "topic"), "\(name.type)")
            #expect(document.operations[channel.key] == (name.kind == .command ? "receive" : "send"), "\(name.type)")
        }
        #expect(document.operations.count == Catalogue.all.count)
        #expect(try Files.asyncAPI().contains(Exchanges.unrouted))
    }
}
