public import SockeyeSystem

/// Memory for several datagrams that come or go in one system call. Made once, used again and again.
///
///     let batch = try DatagramBatch(capacity: 32)
///     try await socket.receive(into: batch)
///     for datagram in batch { print(datagram.from, datagram.bytes.count) }
///     try await socket.send(batch)                        // each back to whom it came from
///
/// As a collection it hands out copies; ``withBytes(at:_:)`` lends the bytes as they lie there.
///
/// **Concurrency.** It belongs to one task at a time, as an array does. What it holds changes with the next receive into
/// it, and with every send.
public final class DatagramBatch {
    let messages: MessageBatch
    /// How many datagrams there is room for.
    public let capacity: Int
    /// How many bytes of each.
    public let maximumLength: Int
    /// Slots before it have been sent.
    private var start = 0
    /// How many datagrams there are.
    public private(set) var count = 0
    private var port: UInt16?
    /// What is in it came from a socket: sources are the addresses it came to, and nobody asked for them.
    private var isReceived = false

    /// Room for so many datagrams, of so many bytes each.
    ///
    /// - Parameters:
    ///   - capacity: From 1 to 1024, which is as many as the kernel moves at once.
    ///   - maximumLength: From 1 to 1,048,576 bytes. 2,048 are enough for what networks carry unfragmented; 65,507 for the
    ///     largest UDP datagram. All of it is allocated: capacity × length.
    /// - Throws: `.invalidArgument` for other numbers, `.exhausted` when there is no memory.
    public init(capacity: Int = 32, maximumLength: Int = 2048) throws(SocketError) {
        guard (1...1024).contains(capacity), (1...(1 << 20)).contains(maximumLength) else {
            throw SocketError(
                .invalidArgument,
                .create,
                detail: "\(capacity) datagrams of \(maximumLength) bytes: from 1 to 1024, of 1 to 1048576 bytes"
            )
        }
        guard let messages = MessageBatch(capacity: capacity, room: maximumLength) else {
            throw SocketError(
                .exhausted,
                .create,
                detail: "no memory for \(capacity) datagrams of \(maximumLength) bytes"
            )
        }
        self.messages = messages
        self.capacity = capacity
        self.maximumLength = maximumLength
    }

    // MARK: What is in it

    /// Lends the bytes of one to `body`, for as long as it runs.
    public func withBytes<Result, Failure: Error>(
        at index: Int,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe messages.withBytes(slot(index)) { bytes throws(Failure) in
            try body(unsafe RawSpan(_unsafeBytes: bytes))
        }
    }

    /// Who sent it, or where it goes; nil for a Unix socket without a name, and for the connected peer.
    public func remoteAddress(at index: Int) -> SocketAddress? {
        messages.address(slot(index))
    }

    /// All about one but its bytes.
    public func header(at index: Int) -> Datagram.Header {
        let slot = slot(index)
        let length = messages.length(slot)
        let (local, credentials) = messages.control(slot)
        return Datagram.Header(
            byteCount: Swift.min(length, maximumLength),
            originalByteCount: length,
            from: messages.address(slot) ?? .unixUnnamed,
            localAddress: local?.address.with(port: port),
            interfaceIndex: local?.interface,
            credentials: credentials
        )
    }

    /// The bytes of all that are in it.
    public var byteCount: Int { byteCount(first: count) }

    // MARK: Putting in and taking out

    /// Adds a datagram for sending.
    ///
    /// - Parameters:
    ///   - address: Where to; nil for the peer of a connected socket.
    ///   - source: An address of this computer to send from; nil for the one that the kernel chooses.
    /// - Throws: `.limitExceeded` when the batch is full, `.messageTooLong` for more bytes than ``maximumLength``,
    ///   `.invalidAddress` for a source of another family; then it is as it was.
    public func append(
        _ bytes: RawSpan,
        to address: SocketAddress? = nil,
        from source: SocketAddress? = nil
    ) throws(SocketError) {
        if start + count == capacity { compact() }
        guard count < capacity else {
            throw SocketError(.limitExceeded, .send, remoteAddress: address, detail: "a batch of \(capacity) is full")
        }
        guard bytes.byteCount <= maximumLength else {
            throw SocketError(
                .messageTooLong,
                .send,
                remoteAddress: address,
                detail: "\(bytes.byteCount) bytes: this batch holds datagrams of up to \(maximumLength)"
            )
        }
        if let address, let source, address.family != source.family || source.family == .unix {
            let detail = "the source \(source) is of another family than the destination, or a Unix address"
            throw SocketError(.invalidAddress, .send, remoteAddress: address, detail: detail)
        }
        let slot = start + count
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe messages.put(slot, bytes, length: bytes.count, address: address, local: source)
        }
        isReceived = false
        count += 1
    }

    /// Adds a datagram for sending. As ``append(_:to:from:)-(RawSpan,_,_)``.
    public func append(
        _ bytes: [UInt8],
        to address: SocketAddress? = nil,
        from source: SocketAddress? = nil
    ) throws(SocketError) {
        try append(unsafe bytes.span.bytes, to: address, from: source)
    }

    /// Takes the first ones out, as many as there are at most.
    public func removeFirst(_ number: Int = 1) {
        let number = Swift.max(0, Swift.min(number, count))
        start += number
        count -= number
        if count == 0 { start = 0 }
    }

    /// Takes all out.
    public func removeAll() {
        (start, count) = (0, 0)
    }

    // MARK: For the socket

    /// What a receive has put in: so many, from slot 0 on.
    func hold(_ count: Int, port: UInt16?) {
        start = 0
        isReceived = true
        self.count = count
        self.port = port
    }

    func sendOnce(_ descriptor: Int32, isConnected: Bool) throws(Errno) -> Int {
        do {
            return try messages.send(descriptor, first: start, count: count, isConnected: isConnected)
        } catch {
            // What came to a broadcast address cannot be answered from there, and only the kernel knows which those are.
            let mayBeSource = error == .invalidArgument || error == .networkUnreachable
            guard mayBeSource, isReceived, messages.forgetSource(start) else { throw error }
            return try messages.send(descriptor, first: start, count: count, isConnected: isConnected)
        }
    }

    func byteCount(first number: Int) -> Int {
        (start..<start + number).reduce(0) { $0 + Swift.min(messages.length($1), maximumLength) }
    }

    private func slot(_ index: Int) -> Int {
        precondition(index >= 0 && index < count, "there is no datagram \(index) among \(count)")
        return start + index
    }

    /// Moves what is left to the front. Rare: somebody fills a batch up that has been sent in part.
    private func compact() {
        guard start > 0 else { return }
        for index in 0..<count {
            let slot = start + index
            unsafe messages.withBytes(slot) { bytes in
                unsafe messages.put(
                    index,
                    bytes,
                    length: messages.length(slot),
                    address: messages.address(slot),
                    local: messages.control(slot).local?.address
                )
            }
        }
        start = 0
    }
}

extension DatagramBatch: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    /// A copy of one.
    public subscript(index: Int) -> Datagram {
        let bytes = unsafe messages.withBytes(slot(index)) { unsafe Array($0) }
        return Datagram(bytes: bytes, header: header(at: index))
    }
}
