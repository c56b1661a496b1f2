internal import SockeyeSystem

/// What the library itself tells a person when nobody has said where it should go.
enum Diagnostics {
    static func report(_ line: String) {
        StandardStream.say(line)
    }
}
