import Sockeye
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeCLI

/// What is known of calls that block for as long as somebody else likes.
@Suite(.serialized, .inTurn) struct HeldUpTests {
    @Test func `what blocks counts from the signal, and not from before`() {
        let by = HeldUp.By.file("a test")
        let start = Syscalls.monotonicNanoseconds()
        HeldUp.begin(by)
        HeldUp.begin(by)
        #expect(HeldUp.by(for: 0, since: start) == by)
        #expect(HeldUp.by(for: 0, since: start + 3_600_000_000_000) == nil)
        #expect(HeldUp.by(for: 3_600_000_000_000, since: start) == nil)
        HeldUp.end(by)
        #expect(HeldUp.isBlocked(by))
        HeldUp.end(by)
        #expect(!HeldUp.isBlocked(by) && HeldUp.by(for: 0, since: start) == nil)
    }

    @Test func `a peer has the whole limit again when standard output is taken at last`() async throws {
        let limit = IdleLimit(.seconds(1), telling: nil)
        let pause = Locked(Duration.zero)
        try? await limit.run {
            HeldUp.begin(.output)
            // SLEEP: the output is taken just before the limit is looked at for the third time, and the peer then takes half of it.
            _ = await LoopTask.sleep(for: .milliseconds(2_900))
            HeldUp.end(.output)
            let start = ContinuousClock.now
            // SLEEP: this is the silence that is allowed.
            _ = await LoopTask.sleep(for: .milliseconds(500))
            pause.with { $0 = ContinuousClock.now - start }
        }
        // From a machine that took longer for it nothing follows.
        #expect(!limit.isTimeUp || pause.with(\.self) >= .seconds(1))
    }

    @Test func `silence without anything that holds up is silence`() async {
        let limit = IdleLimit(.milliseconds(10), telling: nil)
        // SLEEP: it is cut short.
        await #expect(throws: Failure.self) { try await limit.run { _ = await LoopTask.sleep(for: .seconds(3600)) } }
        #expect(limit.isTimeUp)
    }
}
