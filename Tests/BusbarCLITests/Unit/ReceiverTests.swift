import Testing

@testable import BusbarCLI

@Suite struct ReceiverTests {
    @Test func aThrottlingReceiverWantsToBeLeftAloneThenTakesSomeThenThrottlesAgain() {
        var receiver = Receiver(.throttling)
        #expect(receiver.answer(at: 100) == .throttled(seconds: 10))
        #expect(receiver.answer(at: 100.5) == .throttled(seconds: 10))
        #expect(receiver.early == 0, "it was under way")
        #expect(receiver.answer(at: 104.5) == .throttled(seconds: 6))
        #expect(receiver.early == 1)
        for number in 0..<Receiver.taken { #expect(receiver.answer(at: 110 + Double(number)) == .accepted) }
        #expect(receiver.answer(at: 200) == .throttled(seconds: 10))
        #expect(receiver.answer(at: 210) == .accepted)
        #expect(receiver.early == 1)
    }

    @Test func aLeavingReceiverCountsWhatComesAfterItsFarewell() {
        var receiver = Receiver(.leaving)
        for _ in 0..<Receiver.patience { #expect(receiver.answer(at: 0) == .accepted) }
        #expect(receiver.answer(at: 1) == .gone)
        #expect(receiver.afterGone == 0)
        #expect(receiver.answer(at: 1.5) == .gone)
        #expect(receiver.afterGone == 0 && receiver.withGone == 1, "it was under way")
        #expect(receiver.answer(at: 2.5) == .gone)
        #expect(receiver.afterGone == 1)
        #expect(receiver.requests == Receiver.patience + 3)
    }

    @Test func theOthersAlwaysAnswerAlike() {
        var (healthy, hanging, failing) = (Receiver(.healthy), Receiver(.hanging), Receiver(.failing))
        for moment in [0.0, 1, 1000] {
            #expect(healthy.answer(at: moment) == .accepted)
            #expect(hanging.answer(at: moment) == .silence)
            #expect(failing.answer(at: moment) == .failed)
        }
    }
}

@Suite struct NotifyPlanTests {
    @Test(arguments: [20, 100, 1000, 1999])
    func soManyOfEachKindAreUnwell(count: Int) {
        let plan = NotifyPlan(.init(endpoints: count, offered: 10, full: 0), seed: 7)
        func endpoints(_ kind: Receiver.Kind) -> Int { plan.kinds.count { $0 == kind } }
        let ill = count / 20 * 2 + max(1, count / 100)
        #expect(endpoints(.hanging) == count / 20)
        #expect(endpoints(.failing) == count / 20)
        #expect(endpoints(.throttling) == max(1, count / 100))
        #expect(endpoints(.leaving) == max(1, (count - ill) / 100))
        #expect(plan.kinds.count == count)
    }

    @Test func theSameSeedMakesTheSamePlan() {
        let sizes = NotifyPlan.Sizes(endpoints: 50, offered: 500, full: 100)
        let (plan, same, other) = (NotifyPlan(sizes, seed: 1), NotifyPlan(sizes, seed: 1), NotifyPlan(sizes, seed: 2))
        #expect(plan.kinds == same.kinds)
        #expect((0..<plan.count).allSatisfy { plan.recipient(of: $0) == same.recipient(of: $0) })
        #expect((0..<plan.count).contains { plan.recipient(of: $0) != other.recipient(of: $0) })
    }

    @Test func onlyWhatIsOfferedGoesToTheUnwell() {
        let plan = NotifyPlan(.init(endpoints: 40, offered: 1000, full: 300), seed: 3)
        #expect(plan.first.count == plan.kinds.count { $0 == .healthy })
        #expect(plan.offered.lowerBound == plan.first.upperBound && plan.offered.count == 1000)
        #expect(plan.full.count == 300 && plan.limit.count == 300 && plan.limit.upperBound == plan.count)
        #expect(plan.offered.contains { !plan.isHealthy($0) })
        #expect(plan.first.allSatisfy(plan.isHealthy))
        #expect((plan.full.lowerBound..<plan.limit.upperBound).allSatisfy(plan.isHealthy))
        #expect(plan.counts(plan.first).allSatisfy { $0 <= 1 })
        #expect(plan.counts(plan.offered).reduce(0, +) == 1000)
    }
}
