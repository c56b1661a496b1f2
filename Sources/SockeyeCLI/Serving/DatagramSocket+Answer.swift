import Sockeye

extension DatagramSocket {
    /// From the address that it was asked at; what came to a group or a broadcast address cannot be answered from there.
    func send(_ bytes: [UInt8], answering datagram: Datagram) async throws(SocketError) {
        let source = datagram.localAddress.flatMap { $0.isMulticast ? nil : $0 }
        do throws(SocketError) {
            try await send(bytes, to: datagram.from, from: source)
        } catch {
            guard source != nil, error.code == .invalidArgument || error.code == .unreachable else { throw error }
            try await send(bytes, to: datagram.from)
        }
    }
}
