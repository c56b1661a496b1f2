internal import CSockeye

/// What runs on this thread now. The one place of this module that looks past `SockeyeSystem`, since these are asked
/// several times a message and must be inlined, which calls into another module are not.
enum ThisThread {
    /// The event loop whose thread this is, as an unowned pointer.
    @inline(__always)
    static var loop: UnsafeMutableRawPointer? {
        get { unsafe sockeye_current_loop() }
        set { unsafe sockeye_set_current_loop(newValue) }
    }

    /// The registration that the task names which is about to be parked, as an unowned pointer.
    @inline(__always)
    static var place: UnsafeMutableRawPointer? {
        get { unsafe sockeye_place() }
        set { unsafe sockeye_set_place(newValue) }
    }

    /// The task that runs here, as a number that is only ever compared; 0 for none.
    @inline(__always)
    static var task: UInt { UInt(bitPattern: unsafe sockeye_current_task()) }
}
