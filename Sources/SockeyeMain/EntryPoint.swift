internal import SockeyeCLI

/// The program `sockeye`. It has a target of its own because a release build links it in a way that the tests, which need
/// the tool's parts, cannot be linked in.
@main
enum EntryPoint {
    static func main() {
        SockeyeTool.main()
    }
}
