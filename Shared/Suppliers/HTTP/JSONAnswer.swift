internal import FoundationEssentials
internal import Models

/// Reading suppliers' JSON. Errors name the field, never the text: some suppliers send secrets back.
enum JSONAnswer {
    static func read<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(SupplierFault) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw SupplierFault(.badAnswer, .answered, "the answer cannot be read: \(place(of: error))")
        } catch {
            throw SupplierFault(.badAnswer, .answered, "the answer cannot be read")
        }
    }

    private static func place(of error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.isEmpty ? "the whole" : context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context)) has no \(key.stringValue)"
        case .typeMismatch(_, let context): "\(path(context)) has another type"
        case .valueNotFound(_, let context): "\(path(context)) is null"
        case .dataCorrupted(let context): "\(path(context)) is malformed"
        @unknown default: "malformed"
        }
    }

    /// The bytes that are signed are the bytes that are sent, so they are made once.
    static func bytes(_ value: some Encodable) throws(SupplierFault) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw SupplierFault(.invalidRequest, .notSent, "the request cannot be written")
        }
    }
}

/// An amount of TRX that stands in a string or a number, rounded up to a sun.
struct TRXAmount: Decodable, Hashable {
    var sun: Sun

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        func malformed() -> DecodingError {
            DecodingError.dataCorruptedError(in: container, debugDescription: "not an amount of TRX")
        }
        if let text = try? container.decode(String.self) {
            guard let sun = Self.sun(text) else { throw malformed() }
            self.sun = sun
            return
        }
        guard let sun = Self.sun("\(try container.decode(Decimal.self))") else { throw malformed() }
        self.sun = sun
    }

    /// Digits with at most one point; places past the sixth are rounded up.
    static func sun(_ text: String) -> Sun? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.utf8.allSatisfy({ (48...57).contains($0) }),
            let trx = Int64(whole)
        else { return nil }
        let fraction = parts.count > 1 ? parts[1] : "0"
        guard !fraction.isEmpty, fraction.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let places = fraction.prefix(6)
        guard var sun = Int64(places + String(repeating: "0", count: 6 - places.count)) else { return nil }
        if fraction.dropFirst(6).contains(where: { $0 != "0" }) { sun += 1 }
        let (scaled, overflow) = trx.multipliedReportingOverflow(by: 1_000_000)
        let (total, overflows) = scaled.addingReportingOverflow(sun)
        return overflow || overflows ? nil : Sun(total)
    }
}
