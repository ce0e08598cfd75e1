internal import CCurl

/// Sets options on a handle and remembers the first that libcurl would not take: a transfer without one of them must not
/// run.
struct EasyOptions {
    private let easy: UnsafeMutableRawPointer
    private(set) var failure: String?

    init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

    mutating func set(_ option: CURLoption, _ value: Int) { note(busbar_curl_set_number(easy, option, value), option) }

    mutating func set(_ option: CURLoption, _ value: String) { note(busbar_curl_set_text(easy, option, value), option) }

    mutating func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        guard let value else { return fail(CURLE_OUT_OF_MEMORY, option) }
        note(busbar_curl_set_pointer(easy, option, value), option)
    }

    /// Takes a text's default away.
    mutating func unset(_ option: CURLoption) { note(busbar_curl_set_text(easy, option, nil), option) }

    mutating func setBody(_ body: [UInt8]) {
        let code = body.withUnsafeBytes { busbar_curl_set_body(easy, $0.baseAddress, $0.count) }
        note(code, CURLOPT_COPYPOSTFIELDS)
    }

    mutating func setData(_ option: CURLoption, _ callback: @escaping busbar_curl_data_callback) {
        note(busbar_curl_set_data_callback(easy, option, callback), option)
    }

    mutating func setOpenSocket(_ callback: @escaping curl_opensocket_callback) {
        note(busbar_curl_set_open_socket(easy, callback), CURLOPT_OPENSOCKETFUNCTION)
    }

    mutating func fail(_ code: CURLcode, _ option: CURLoption) { note(code, option) }

    private mutating func note(_ code: CURLcode, _ option: CURLoption) {
        guard code != CURLE_OK, failure == nil else { return }
        failure = "libcurl does not take option \(option.rawValue): \(String(cString: curl_easy_strerror(code)))"
    }
}
