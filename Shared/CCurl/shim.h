#pragma once
// The macros that check types at compile time know no wrappers.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// libcurl sets options and reads answers through functions of a variable number of arguments, which Swift cannot call.

static inline CURLcode busbar_curl_set_number(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// The text is copied.
static inline CURLcode busbar_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// What it points to must live as long as the transfer.
static inline CURLcode busbar_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// The bytes are copied. None need have no address, which libcurl would take for no body at all.
static inline CURLcode busbar_curl_set_body(CURL *easy, const void *bytes, size_t count) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, count > 0 ? bytes : "");
}

typedef size_t (*busbar_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
static inline CURLcode busbar_curl_set_data_callback(CURL *easy, CURLoption option, busbar_curl_data_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

static inline CURLcode busbar_curl_set_open_socket(CURL *easy, curl_opensocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

/// Copies the address into `bytes` in network order and returns its length: 4, 16, or 0 for what is neither IPv4 nor IPv6.
static inline int busbar_curl_address(const struct curl_sockaddr *address, unsigned char bytes[16]) {
    if (address->family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &address->addr, sizeof v4);
        memcpy(bytes, &v4.sin_addr, 4);
        return 4;
    }
    if (address->family == AF_INET6) {
        // Longer than the member of the struct: libcurl has reserved room behind it.
        const char *start = (const char *)address + offsetof(struct curl_sockaddr, addr);
        struct sockaddr_in6 v6;
        memcpy(&v6, start, sizeof v6);
        memcpy(bytes, &v6.sin6_addr, 16);
        return 16;
    }
    return 0;
}

static inline CURLcode busbar_curl_get_number(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

/// Microseconds and sizes.
static inline CURLcode busbar_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

/// Valid until the next transfer of the handle.
static inline CURLcode busbar_curl_get_text(CURL *easy, CURLINFO info, const char **value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode busbar_curl_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}

/// A file without name, in memory, closed when another program is run: libcurl keeps certificate authorities only when they
/// come of a file. Negative, with `errno`, when there is none.
static inline int busbar_memory_file(const char *name) {
    return (int)syscall(SYS_memfd_create, name, 1u /* MFD_CLOEXEC */);
}

static inline CURLMcode busbar_curl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode busbar_curl_multi_set_callbacks(CURLM *multi, curl_socket_callback socket,
                                                        curl_multi_timer_callback timer, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return code;
}
