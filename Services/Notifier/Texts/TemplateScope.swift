internal import Models
internal import Mustache

/// What every value of one rendering knows: how the reader's language, clock and calendar write it.
struct TemplateScope: Sendable {
    var words: Vocabulary
    var zone: ZoneOffset
    /// The event's type; decides which words a value means.
    var type: String
    /// When it is read, about: times of the same day are told without their date.
    var now: Timestamp
}

/// A place of the template's context: `{{cost.total_sun}}`, `{{#reason.is.max_cost}}…`.
///
/// All of them are made here, so that templates meet no other types than these: text, fields, lists of them, and flags.
struct TemplateText: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    var value: String
    /// Where it stands in the body: `cost.source`.
    var path: String
    var scope: TemplateScope
    /// Line breaks of the value are kept.
    var keepsLines = false

    /// Empty text is like none: sections leave it out.
    var isNull: Bool { value.isEmpty }

    var renderText: String {
        let lines = value.split(omittingEmptySubsequences: !keepsLines) { $0.isNewline }
        return lines.joined(separator: keepsLines ? String(MarkedText.lineBreak) : " ")
    }

    func child(named name: String) -> Any? { name == "is" ? Alternatives(value: value) : nil }

    func transform(_ name: String) -> Any? {
        guard let transform = TemplateTransform(rawValue: name) else { return nil }
        return transform.apply(self)
    }

    /// `{{#outcome.is.refunded}}`: whether a value is the one that is named.
    struct Alternatives: MustacheParent {
        var value: String

        func child(named name: String) -> Any? { name == value ? true : nil }
    }
}

/// An object of the body, or all of it.
struct TemplateFields: MustacheParent, MustacheTransformable, MustacheCustomRenderable {
    var fields: [String: TemplateValue]
    var path: String
    var scope: TemplateScope
    /// Beside the body's own fields, and before them.
    var extra: [String: any MustacheCustomRenderable & Sendable] = [:]

    var isNull: Bool { false }
    var renderText: String { TemplateValue.object(fields).shown.withoutControls }

    func child(named name: String) -> Any? {
        if let value = extra[name] { return value }
        return fields[name].flatMap { scope.place($0, path.isEmpty ? name : "\(path).\(name)") }
    }

    /// `{{#rows(details)}}`: its fields by name, each with `name` and `value`.
    func transform(_ name: String) -> Any? { name == "rows" ? rows : nil }

    /// Its fields as they can be shown, in the order of their names.
    private var rows: TemplateRows {
        TemplateRows(
            rows: fields.sorted { $0.key < $1.key }.map { key, value in
                var row = TemplateFields(fields: [:], path: path, scope: scope)
                row.extra["name"] = scope.text(key, "\(path).name")
                // Null says that something was taken away, as in `policy.changed`.
                row.extra["value"] = scope.text(value == .null ? "—" : value.shown, "\(path).\(key)")
                return row
            }
        )
    }
}

/// The fields of an object, each with its `name` and its `value`.
struct TemplateRows: MustacheSequence {
    var rows: [TemplateFields]

    func makeIterator() -> IndexingIterator<[TemplateFields]> { rows.makeIterator() }
}

/// A list of the body: a section goes through it.
struct TemplateList: MustacheSequence, MustacheTransformable, MustacheCustomRenderable {
    var values: [TemplateValue]
    var path: String
    var scope: TemplateScope

    var isNull: Bool { false }
    var renderText: String { TemplateValue.list(values).shown.withoutControls }

    func makeIterator() -> IndexingIterator<[Any]> { values.compactMap { scope.place($0, path) }.makeIterator() }

    /// `{{count(deliveries)}}`: how many there are.
    func transform(_ name: String) -> Any? {
        guard name == "count" else { return nil }
        return TemplateText(value: String(values.count), path: path, scope: scope)
    }
}

extension TemplateScope {
    /// Any text from outside as a template meets it.
    func text(_ value: String, _ path: String) -> TemplateText {
        TemplateText(value: value.withoutControls, path: path, scope: self)
    }

    /// A value as a template meets it; `nil` for null.
    func place(_ value: TemplateValue, _ path: String) -> Any? {
        switch value {
        case .null: nil
        case .flag(let flag): flag
        case .integer, .text: text(value.shown, path)
        case .object(let fields): TemplateFields(fields: fields, path: path, scope: self)
        case .list(let values): TemplateList(values: values, path: path, scope: self)
        }
    }
}

extension String {
    /// Without what can make a text look like another: control characters but line breaks, and marks that turn its direction.
    var withoutControls: String {
        let isUnwanted = { (scalar: Unicode.Scalar) in
            switch scalar.value {
            case 0x0A, 0x0D: false
            case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFFF9...0xFFFB: true
            default: false
            }
        }
        guard unicodeScalars.contains(where: isUnwanted) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.filter { !isUnwanted($0) }))
    }
}
