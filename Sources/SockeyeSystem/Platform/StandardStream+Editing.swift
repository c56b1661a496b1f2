internal import CSockeye

extension StandardStream {
    /// Makes every key of the terminal come at once, unseen, so that the line can be drawn by this program. Ctrl-C stays a
    /// signal. False: it is no terminal. In C: `tcsetattr`.
    package func beginEditing() -> Bool { sockeye_terminal_edit(rawValue) == 0 }

    /// The terminal as it was; at the process's end it happens by itself. In C: `tcsetattr`.
    package static func endEditing() { sockeye_terminal_restore() }
}

extension ThisProcess {
    /// Stops the process, as Ctrl-Z does, and returns when somebody lets it go on. In C: `kill` with `SIGSTOP`.
    package static func suspend() { sockeye_terminal_suspend() }
}
