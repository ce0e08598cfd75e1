import Testing

@testable import Messaging

@Suite("Confirm table")
struct ConfirmTableTests {
    @Test func oneConfirmSettlesItsMessageAlone() {
        var table = ConfirmTable<String>()
        for name in ["a", "b", "c"] { table.append(name) }
        var settled: [String] = []
        table.settle(2, multiple: false) { settled.append($0) }
        #expect(settled == ["b"])
        #expect(table.outstanding == 2)
        table.settle(2, multiple: false) { settled.append($0) }
        #expect(settled == ["b"])
    }

    @Test func aMultipleConfirmSettlesAllUpToItOnce() {
        var table = ConfirmTable<Int>()
        for number in 1...5 { #expect(table.append(number) == UInt64(number)) }
        var settled: [Int] = []
        table.settle(2, multiple: false) { settled.append($0) }
        table.settle(4, multiple: true) { settled.append($0) }
        #expect(settled == [2, 1, 3, 4])
        table.settle(0, multiple: true) { settled.append($0) }
        #expect(settled == [2, 1, 3, 4, 5])
        #expect(table.isEmpty)
        #expect(table.span == 0)
    }

    @Test func numbersNeverGivenAreIgnored() {
        var table = ConfirmTable<Int>()
        table.append(1)
        table.settle(7, multiple: false) { _ in Issue.record("nothing has this number") }
        #expect(table.outstanding == 1)
        var settled: [Int] = []
        table.settle(9, multiple: true) { settled.append($0) }
        #expect(settled == [1])
        #expect(table.append(2) == 2)
    }

    @Test func aResetGivesTheRestInOrderAndCountsFromOne() {
        var table = ConfirmTable<Int>()
        for number in 1...4 { table.append(number) }
        table.settle(2, multiple: false) { _ in }
        #expect(table.reset() == [1, 3, 4])
        #expect(table.append(9) == 1)
    }

    @Test(arguments: 0..<40)
    func anyOrderOfConfirmsSettlesEachMessageOnce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = ConfirmTable<Int>()
        var open: Set<Int> = []
        var next = 1
        for _ in 0..<400 {
            if Bool.random(using: &random) || open.isEmpty {
                table.append(next)
                open.insert(next)
                next += 1
            } else {
                let number = Int.random(in: 1..<next + 2, using: &random)
                let multiple = Bool.random(using: &random)
                let expected = multiple ? open.filter { $0 <= number } : open.intersection([number])
                var settled: [Int] = []
                table.settle(UInt64(number), multiple: multiple) { settled.append($0) }
                #expect(settled == expected.sorted(), "seed \(seed)")
                open.subtract(expected)
            }
            #expect(table.outstanding == open.count, "seed \(seed)")
            #expect(table.span == (open.min().map { next - $0 } ?? 0), "seed \(seed)")
        }
        #expect(table.reset() == open.sorted(), "seed \(seed)")
    }
}
