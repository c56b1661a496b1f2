internal import CSockeye

/// Memory for several datagrams, and for what the kernel needs to move them in one call: `struct mmsghdr` and all that it
/// points to. Slots count from 0.
@safe package final class MessageBatch {
    private let batch: OpaquePointer
    package let capacity: Int
    /// How many bytes a slot holds.
    package let room: Int

    /// nil when there is no memory.
    package init?(capacity: Int, room: Int) {
        guard let batch = unsafe sockeye_batch_create(UInt32(capacity), UInt32(room)) else { return nil }
        unsafe self.batch = unsafe batch
        self.capacity = capacity
        self.room = room
    }

    deinit {
        unsafe sockeye_batch_destroy(batch)
    }

    /// Takes what is there, from slot 0 on. In C: `recvmmsg`.
    package func receive(_ descriptor: Int32, control: DatagramControl) throws(Errno) -> Int {
        Int(
            try Syscalls.retrying(.receiveMessages, descriptor) {
                unsafe sockeye_batch_receive(descriptor, batch, control.number)
            }
        )
    }

    /// Sends slots, each to its own address, or all to the connected peer. In C: `sendmmsg`.
    ///
    /// - Returns: How many went, which may be fewer.
    package func send(_ descriptor: Int32, first: Int, count: Int, isConnected: Bool) throws(Errno) -> Int {
        // The kernel takes no more at once (UIO_MAXIOV).
        let count = min(count, 1024)
        return Int(
            try Syscalls.retrying(.sendMessages, descriptor) {
                unsafe sockeye_batch_send(descriptor, batch, UInt32(first), UInt32(count), isConnected ? 1 : 0)
            }
        )
    }

    /// Lets the kernel choose where a datagram is sent from; false when it does already.
    package func forgetSource(_ slot: Int) -> Bool {
        unsafe sockeye_batch_forget_source(batch, UInt32(slot)) != 0
    }

    /// How long the datagram was when it was sent; ``room`` is how much of it there can be.
    package func length(_ slot: Int) -> Int { Int(unsafe sockeye_batch_length(batch, UInt32(slot))) }

    package func withBytes<Result, Failure: Error>(
        _ slot: Int,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = unsafe sockeye_batch_bytes(batch, UInt32(slot))
        return try unsafe body(UnsafeRawBufferPointer(start: start, count: min(length(slot), room)))
    }

    /// Where it came from, or goes to; nil for nowhere in particular.
    package func address(_ slot: Int) -> SocketAddress? {
        var length: socklen_t = 0
        guard let name = unsafe sockeye_batch_name(batch, UInt32(slot), &length), length > 0 else { return nil }
        return unsafe RawSocketAddress.address(of: name.pointee, length: length)
    }

    /// What came with it: the address that it came to, with port 0, and the interface; and who sent it. nil where nobody asked.
    package func control(
        _ slot: Int
    ) -> (local: (address: SocketAddress, interface: UInt32)?, credentials: PeerCredentials?) {
        var arrival = sockeye_arrival()
        unsafe sockeye_batch_control(batch, UInt32(slot), &arrival)
        return (arrival.localAddress.map { ($0, arrival.interface) }, arrival.credentials)
    }

    /// Fills a slot with bytes that fit into it.
    ///
    /// - Parameter length: How long the datagram was when it was sent; not less than there are bytes.
    package func put(
        _ slot: Int,
        _ bytes: UnsafeRawBufferPointer,
        length: Int,
        address: SocketAddress?,
        local: SocketAddress?
    ) {
        precondition(slot < capacity && bytes.count <= room)
        try? unsafe Syscalls.withSockaddr(address) { to, toLength throws(Errno) in
            try unsafe Syscalls.withSockaddr(local) { from, fromLength throws(Errno) in
                unsafe sockeye_batch_put(
                    batch,
                    UInt32(slot),
                    bytes.baseAddress,
                    UInt32(bytes.count),
                    UInt32(length),
                    to,
                    toLength,
                    from,
                    fromLength
                )
            }
        }
    }
}
