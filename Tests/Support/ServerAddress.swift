/// A server named by a URL in the environment: `scheme://user:password@host:port`.
struct ServerAddress: Sendable, Equatable {
    let host: String
    let port: Int
    let user: String
    let password: String

    init(host: String, port: Int, user: String, password: String) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
    }

    init?(url: String) {
        guard let scheme = url.range(of: "://") else { return nil }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        guard let at = authority.lastIndex(of: "@") else { return nil }
        let names = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let place = authority[authority.index(after: at)...]
        guard names.count == 2, let colon = place.lastIndex(of: ":"),
            let port = Int(place[place.index(after: colon)...])
        else { return nil }
        host = String(place[..<colon])
        self.port = port
        user = String(names[0])
        password = String(names[1])
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
