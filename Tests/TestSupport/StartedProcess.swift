import Foundation
import SockeyeSystem

/// A program that a test has started; a test that fails before its end takes it along.
///
/// It stands in for Foundation's `Process`, whose `run()` crashes now and then in a process with more than 1,300 open
/// descriptors, and a test run has more at times (docs/workarounds.md).
///
/// **Concurrency.** May be used from any thread.
public final class StartedProcess: @unchecked Sendable {
    // Sendable because what changes is guarded by `lock`.
    private let lock = NSLock()
    private let child: ChildProcess
    private var status: Int32?

    public struct CannotStart: Error, CustomStringConvertible {
        public let description: String
    }

    public var id: Int32 { child.id }

    /// Starts a program with the three descriptors as its standard streams, and nothing else of this process open.
    ///
    /// The descriptors stay the caller's, who closes the child's ends of pipes: else nobody sees the end of its output.
    ///
    /// - Parameter environment: Added to this process's own, or in place of what is there.
    public init(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        input: Int32 = 0,
        output: Int32 = 1,
        errors: Int32 = 2
    ) throws {
        do {
            child = try ChildProcess(
                [path] + arguments,
                variables: environment.map { (name: $0.key, value: $0.value) },
                input: input,
                output: output,
                errors: errors
            )
        } catch {
            throw CannotStart(description: "\(path): \(error)")
        }
    }

    deinit {
        guard status == nil else { return }
        child.send(.kill)
        _ = child.waitForEnd()
    }

    /// Sends a signal to the program alone; nothing happens once its end was waited for.
    public func send(_ signal: Int32) {
        lock.withLock { if status == nil { kill(child.id, signal) } }
    }

    /// Blocks the thread until the program has ended, and returns its status, or 128 and the signal that ended it, as shells
    /// count. One thread waits.
    @discardableResult
    public func waitForEnd() -> Int32 {
        if let status = lock.withLock({ status }) { return status }
        let code = child.waitForEnd()
        lock.withLock { status = code }
        return code
    }
}
