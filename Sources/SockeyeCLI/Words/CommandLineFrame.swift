/// What stands around an address on a command line, so that a line is suggested that is whole.
struct CommandLineFrame {
    /// The name of the command, and what stands between it and the address.
    let command: String
    /// What stands behind it.
    var others: [String] = []

    var name: String { String(command.prefix { $0 != " " }) }

    func with(_ address: String) -> String {
        (["sockeye \(command)"] + ([address] + others).map(Failure.quoted)).joined(separator: " ")
    }
}
