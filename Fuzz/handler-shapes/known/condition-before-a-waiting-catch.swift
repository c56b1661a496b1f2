// "Found ownership error", without Sockeye: only catches with a pattern, one of which waits, around a typed error.
public struct Mine: Error { let details: [Int] }
@inline(never) func next() async throws(Mine) -> [UInt8] { if check(1) { throw Mine(details: [1]) }; return [] }

public func answer() async throws -> [UInt8] {
    while true {
        do {
            return try await next()
        } catch let error as Mine where error.details == [2] {
            try await Task.sleep(for: .seconds(1))
        }
    }
}
