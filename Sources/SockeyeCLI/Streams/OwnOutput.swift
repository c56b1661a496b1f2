import SockeyeSystem

/// Standard output of a command whose answer is its own: here no peer's bytes are in the way.
enum OwnOutput {
    /// When nobody reads any more the command ends, as everywhere.
    static func write(_ text: String) {
        let line = text.hasSuffix("\n") ? text : text + "\n"
        do throws(Errno) {
            try HeldUp.during(.output) { () throws(Errno) in try StandardStream.output.write(Array(line.utf8)) }
        } catch {
            if error != .brokenPipe { Console.say("sockeye: could not write to standard output: \(error)") }
            ThisProcess.exit(error == .brokenPipe ? 0 : 1)
        }
    }
}
