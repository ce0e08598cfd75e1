/// The texts that come with the notifier: one a type of event and language, in the folder Templates.
struct BuiltInTexts: Sendable {
    private let templates: [String: Template]
    private let vocabularies: [Language: Vocabulary]
    let page: MailPage

    /// The types that have texts of their own.
    var types: Set<String> { Set(Self.files.map(\.type)) }

    /// - Throws: `TemplateError` or `VocabularyError` when one is broken.
    init() throws {
        var templates: [String: Template] = [:]
        for file in Self.files {
            for (language, bytes) in [(Language.ko, file.ko), (.en, file.en)] {
                let key = TemplateLibrary.key(file.type, nil, language)
                templates[key] = try Template(String(decoding: bytes, as: UTF8.self), name: key)
            }
        }
        self.templates = templates
        vocabularies = [
            .ko: try Vocabulary(String(decoding: PackageResources.words_ko_txt, as: UTF8.self)),
            .en: try Vocabulary(String(decoding: PackageResources.words_en_txt, as: UTF8.self)),
        ]
        page = try MailPage(String(decoding: PackageResources.mail_mustache, as: UTF8.self))
    }

    func template(_ type: String, _ language: Language) -> Template? {
        templates[TemplateLibrary.key(type, nil, language)]
    }

    func words(_ language: Language) -> Vocabulary { vocabularies[language] ?? Vocabulary() }

    /// With a house's own entries instead, where it has some.
    func words(_ language: Language, _ own: TemplateOverrides) -> Vocabulary {
        own.words[language].map(words(language).merged) ?? words(language)
    }

    private struct File {
        var type: String
        var ko: [UInt8]
        var en: [UInt8]

        init(_ type: String, ko: [UInt8], en: [UInt8]) {
            self.type = type
            self.ko = ko
            self.en = en
        }
    }

    private static let files: [File] = [
        File(
            "withdrawal.accepted",
            ko: PackageResources.withdrawal_accepted_ko_mustache,
            en: PackageResources.withdrawal_accepted_en_mustache
        ),
        File(
            "withdrawal.rejected",
            ko: PackageResources.withdrawal_rejected_ko_mustache,
            en: PackageResources.withdrawal_rejected_en_mustache
        ),
        File(
            "withdrawal.short",
            ko: PackageResources.withdrawal_short_ko_mustache,
            en: PackageResources.withdrawal_short_en_mustache
        ),
        File(
            "withdrawal.ready",
            ko: PackageResources.withdrawal_ready_ko_mustache,
            en: PackageResources.withdrawal_ready_en_mustache
        ),
        File(
            "withdrawal.revoked",
            ko: PackageResources.withdrawal_revoked_ko_mustache,
            en: PackageResources.withdrawal_revoked_en_mustache
        ),
        File(
            "withdrawal.settled",
            ko: PackageResources.withdrawal_settled_ko_mustache,
            en: PackageResources.withdrawal_settled_en_mustache
        ),
        File(
            "withdrawal.cancelled",
            ko: PackageResources.withdrawal_cancelled_ko_mustache,
            en: PackageResources.withdrawal_cancelled_en_mustache
        ),
        File(
            "withdrawal.expired",
            ko: PackageResources.withdrawal_expired_ko_mustache,
            en: PackageResources.withdrawal_expired_en_mustache
        ),
        File(
            "withdrawal.failed",
            ko: PackageResources.withdrawal_failed_ko_mustache,
            en: PackageResources.withdrawal_failed_en_mustache
        ),
        File(
            "batch.completed",
            ko: PackageResources.batch_completed_ko_mustache,
            en: PackageResources.batch_completed_en_mustache
        ),
        File(
            "acquisition.started",
            ko: PackageResources.acquisition_started_ko_mustache,
            en: PackageResources.acquisition_started_en_mustache
        ),
        File(
            "acquisition.proven",
            ko: PackageResources.acquisition_proven_ko_mustache,
            en: PackageResources.acquisition_proven_en_mustache
        ),
        File(
            "acquisition.failed",
            ko: PackageResources.acquisition_failed_ko_mustache,
            en: PackageResources.acquisition_failed_en_mustache
        ),
        File(
            "acquisition.reclaimed",
            ko: PackageResources.acquisition_reclaimed_ko_mustache,
            en: PackageResources.acquisition_reclaimed_en_mustache
        ),
        File(
            "price.updated",
            ko: PackageResources.price_updated_ko_mustache,
            en: PackageResources.price_updated_en_mustache
        ),
        File(
            "chain.parameters_changed",
            ko: PackageResources.chain_parameters_changed_ko_mustache,
            en: PackageResources.chain_parameters_changed_en_mustache
        ),
        File(
            "supplier.order_settled",
            ko: PackageResources.supplier_order_settled_ko_mustache,
            en: PackageResources.supplier_order_settled_en_mustache
        ),
        File(
            "supplier.status_changed",
            ko: PackageResources.supplier_status_changed_ko_mustache,
            en: PackageResources.supplier_status_changed_en_mustache
        ),
        File(
            "policy.changed",
            ko: PackageResources.policy_changed_ko_mustache,
            en: PackageResources.policy_changed_en_mustache
        ),
        File(
            "allocation.fallback",
            ko: PackageResources.allocation_fallback_ko_mustache,
            en: PackageResources.allocation_fallback_en_mustache
        ),
        File(
            "alert.raised",
            ko: PackageResources.alert_raised_ko_mustache,
            en: PackageResources.alert_raised_en_mustache
        ),
        File(
            "alert.escalated",
            ko: PackageResources.alert_escalated_ko_mustache,
            en: PackageResources.alert_escalated_en_mustache
        ),
        File(
            "alert.resolved",
            ko: PackageResources.alert_resolved_ko_mustache,
            en: PackageResources.alert_resolved_en_mustache
        ),
        File(
            "notification.send",
            ko: PackageResources.notification_send_ko_mustache,
            en: PackageResources.notification_send_en_mustache
        ),
        File(
            "notification.delivered",
            ko: PackageResources.notification_delivered_ko_mustache,
            en: PackageResources.notification_delivered_en_mustache
        ),
        File(
            "notification.dead",
            ko: PackageResources.notification_dead_ko_mustache,
            en: PackageResources.notification_dead_en_mustache
        ),
        File(
            TemplateLibrary.fallback,
            ko: PackageResources.default_ko_mustache,
            en: PackageResources.default_en_mustache
        ),
    ]
}
