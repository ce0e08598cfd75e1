internal import Testing

/// The release executables as users run them: `busbar up` with everything it starts, driven from outside alone.
///
/// Each stack takes most of two cores, so there is one at a time.
@Suite(.serialized, .enabled(if: Executables.folder != nil, Executables.skipReason))
struct EndToEndTests {}
