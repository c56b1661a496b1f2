/// What a call is answered while a test decides about it.
package enum FaultAnswer: Sendable, Hashable {
    /// The kernel answers.
    case none
    /// The call is not made, and fails with this number. `.interrupted` has it made again, as a signal would.
    ///
    /// A connect that is `.interrupted` or `.inProgress` is made all the same: that is what the two mean.
    case failure(Errno)
    /// The call moves so many bytes at most; from 1 up. With `nudges`, its loop then sees an event, as if the rest had come
    /// after the call; without, it sees none, as if the rest had been there all the time.
    case atMost(Int, nudges: Bool = true)
    /// The call would block, until the plan calls ``FaultSeam/nudge(_:_:)`` and answers otherwise.
    case held
}

/// What goes wrong with some sockets: asked for each system call that is made on them.
///
/// It is called from any thread, within the system call, so it decides quickly and waits for nothing.
package protocol FaultPlan: AnyObject, Sendable {
    /// What a call is answered.
    ///
    /// - Parameter descriptor: -1 where there is none yet.
    func answer(to call: SystemCall, on descriptor: Int32) -> FaultAnswer

    /// The kernel has answered a call: with a result, which is a count of bytes for a call that moves some, or an error.
    func answered(_ call: SystemCall, on descriptor: Int32, _ result: Result<Int, Errno>)

    /// A descriptor has come under this plan.
    func opened(_ descriptor: Int32)

    /// An event loop watches the descriptor, and can be nudged, from now on.
    func watched(_ descriptor: Int32)

    /// A descriptor is about to be closed: its number may be another socket's at once, and is not this plan's any more.
    func closing(_ descriptor: Int32)
}
