internal import CSockeye

extension Syscalls {
    /// How many segments with data a TCP connection has received. In C: `getsockopt` with `TCP_INFO`.
    ///
    /// - Throws: where nobody counts: other protocols, and kernels before 4.6.
    package static func segmentsReceived(_ descriptor: Int32) throws(Errno) -> Int {
        Int(try retrying(.option, descriptor) { sockeye_segments_received(descriptor) })
    }
}
