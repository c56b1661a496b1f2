// "While running pass", without Sockeye: a loop without an end in an extension of a protocol, which ignores typed errors.
public struct Mine: Error { let details: Int }
public final class Source: Sendable {
    @inline(never) func next() async throws(Mine) { if check(1) { throw Mine(details: 1) } }
}
protocol Talking: Sendable { var source: Source { get } }
extension Talking {
    func run() async { while true { try? await source.next() } }
}
struct Talker: Talking { let source: Source }
public func talk(_ source: Source) async { await Talker(source: source).run() }
