internal import FoundationEssentials
internal import Models

/// Turns events into what a channel takes: its format, its limits, its reader's language.
struct ChannelWriter: Sendable {
    let library: TemplateLibrary

    /// Up to so many events at once are told in full; of more, only alerts and words that somebody wrote are.
    private static let wholeUpTo = 5
    /// What a header may have, and is reckoned with in every message of several events.
    private static let headerLimit = 400

    /// Messages for a chat, as few as fit, in the order in which they are to be sent. Several events become one message where
    /// they can: what is urgent first, and a header that counts.
    /// - Parameter chat: Telegram's chat; no other channel has one.
    /// - Returns: None without events, and for webhooks and mail, which are written by ``WebhookEnvelope`` and ``mail(for:language:at:)``.
    func messages(
        for events: [NotifiedEvent],
        channel: NotificationChannel,
        language: Language,
        chat: String?,
        at now: Timestamp
    ) -> [ChannelMessage] {
        guard !events.isEmpty else { return [] }
        let notes = events.map { library.note(for: $0, channel: channel, language: language, at: now) }
        switch channel {
        case .slack:
            return write(notes, SlackMarkup.self, SlackPayload.limits, language) { SlackPayload(header: $0, parts: $1) }
        case .discord:
            return write(notes, DiscordMarkup.self, DiscordPayload.limits, language) {
                DiscordPayload(header: $0, parts: $1)
            }
        case .telegram:
            return write(notes, TelegramMarkup.self, TelegramPayload.limits, language) {
                TelegramPayload(chat: chat ?? "", header: $0, parts: $1)
            }
        case .webhook, .email: return []
        }
    }

    /// One mail for all of them.
    func mail(for events: [NotifiedEvent], language: Language, at now: Timestamp) -> MailText {
        let notes = events.map { library.note(for: $0, channel: .email, language: language, at: now) }
        return MailText(notes, language: language, header: header(notes, language), page: library.page)
    }

    private func write<Markup: ChatMarkup>(
        _ notes: [Note],
        _ markup: Markup.Type,
        _ limits: MessageLimits,
        _ language: Language,
        _ payload: (String, [MessagePart]) -> some Encodable
    ) -> [ChannelMessage] {
        let (whole, short) = arranged(notes)
        let parts =
            whole.flatMap { Markup.parts($0.note, index: $0.index, language, limits) } + Markup.digest(short, limits)
        let header = notes.count == 1 ? "" : header(notes, language)
        let messages = parts.packed(limits, header: header.isEmpty ? 0 : Self.headerLimit)
        return messages.enumerated().compactMap { number, parts in
            let count = messages.count > 1 ? " (\(number + 1)/\(messages.count))" : ""
            let line =
                header.isEmpty ? [] : LineBreaking<Markup>(limit: Self.headerLimit - 40).cut([.init(header + count)])
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // Strings, integers and flags: their encoding cannot fail.
            guard let body = try? encoder.encode(payload(Markup.written(line), parts)) else { return nil }
            return ChannelMessage(body: Array(body), carried: parts.flatMap(\.carried).withoutRepetitions)
        }
    }

    /// Which notes are told in full, the most urgent first, and which by their titles, as they happened.
    private func arranged(_ notes: [Note]) -> (whole: [(index: Int, note: Note)], short: [(index: Int, note: Note)]) {
        let all = notes.enumerated().map { (index: $0.offset, note: $0.element) }
        guard notes.count > Self.wholeUpTo else { return (all, []) }
        let whole = all.filter(\.note.isAlwaysWhole)
        let urgency: (Note) -> Int = { $0.tone == .critical ? 0 : $0.tone == .bad || $0.tone == .warning ? 1 : 2 }
        return (
            whole.sorted { (urgency($0.note), $0.index) < (urgency($1.note), $1.index) },
            all.filter { !$0.note.isAlwaysWhole }
        )
    }

    /// `알림 12건 · 출금 준비 완료 8 · 출금 보류 4`
    private func header(_ notes: [Note], _ language: Language) -> String {
        var counts: [String: Int] = [:]
        for note in notes { counts[note.kind, default: 0] += 1 }
        let kinds = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        var parts = [language.notes(notes.count)] + kinds.prefix(5).map { "\($0.key) \($0.value)" }
        if kinds.count > 5 { parts.append(language.more(kinds.count - 5)) }
        return parts.joined(separator: " · ")
    }
}

extension [Int] {
    /// In their order, each once.
    fileprivate var withoutRepetitions: [Int] {
        var seen: Set<Int> = []
        return filter { seen.insert($0).inserted }
    }
}
