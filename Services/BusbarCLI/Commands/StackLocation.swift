internal import ArgumentParser

/// Which local stack a command means.
struct StackLocation: ParsableArguments {
    @Option(help: "Folder of the stack's data, logs and state; another one for each stack.")
    var directory: String?

    var layout: StackLayout { .standard(directory: directory) }
}
