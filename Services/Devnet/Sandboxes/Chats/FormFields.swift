/// The fields of a form as browsers and `curl -d` send it.
enum FormFields {
    /// Reads `a=1&b=two+words%21`. Escapes that are none are taken as they stand.
    static func read(_ bytes: some Collection<UInt8>) -> [String: String] {
        bytes.split(separator: UInt8(ascii: "&")).reduce(into: [:]) { fields, part in
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            fields[decode(pair[0])] = pair.count > 1 ? decode(pair[1]) : ""
        }
    }

    private static func decode(_ bytes: some Collection<UInt8>) -> String {
        var rest = Array(bytes)[...]
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                text.append(32)
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                text.append(value)
                rest = rest.dropFirst(2)
            } else {
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
