import SockeyeSystem
import Testing

@Suite struct `Times in words` {
    @Test(
        arguments: [
            (.zero, "0 ns"), (.nanoseconds(850), "850 ns"), (.nanoseconds(1_000), "1 us"),
            (.nanoseconds(36_444), "36.4 us"),
            (.nanoseconds(999_999), "999 us"), (.microseconds(1_250), "1.2 ms"), (.milliseconds(250), "250 ms"),
            (.nanoseconds(999_999_999), "999 ms"), (.seconds(1.5), "1.5 s"), (.seconds(3_600), "3600 s"),
            (.seconds(Int64.max), "\(Int64.max) s"),
        ] as [(Duration, String)]
    )
    func `a time is told in few figures`(time: Duration, words: String) {
        #expect(TimeWords.short(time) == words)
    }
}
