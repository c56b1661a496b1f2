// "While splitting coroutine", without Sockeye: a typed error that is one reference, from a function that is inlined.
public final class Details: Sendable {}
public struct Mine: Error { let details: Details }

@inline(never) func step(_ n: Int) -> Result<Int, Mine> { check(n) ? .failure(Mine(details: Details())) : .success(n) }

func number(_ n: Int) async throws(Mine) -> Int {
    while true {
        switch step(n) {
        case .success(let number): if number < 9 { return number }
        case .failure(let error): throw error
        }
        await Task.yield()
    }
}

public func answer(_ n: Int) async throws -> Int {
    let first = try await number(n)
    guard first != 7 else { throw Trouble.number(0) }
    return try await number(first)
}
