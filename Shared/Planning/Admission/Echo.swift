/// Foreign text as it may be repeated in an answer: cut to `bytes` of UTF-8, control characters replaced by `?`.
///
/// An AMQP short string ends at 255 bytes and PostgreSQL stores no NUL, so an answer that repeated just anything could
/// neither be stored nor published.
func echo(_ text: String, bytes: Int) -> String {
    var echoed = String.UnicodeScalarView()
    var length = 0
    for scalar in text.unicodeScalars {
        length += UTF8.width(scalar)
        guard length <= bytes else { break }
        echoed.append(isControl(scalar) ? "?" : scalar)
    }
    return String(echoed)
}

/// Whether a text has a character that is none for people: NUL, line ends, escapes.
func hasControlCharacter(_ text: String) -> Bool { text.unicodeScalars.contains(where: isControl) }

private func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 32 || scalar.value == 127 }
