import NIOCore
import NIOExtras
import NIOPosix

/// Takes messages apart with the decoders of NIOExtras, and answers the end of the stream with how many there were.
///
/// usage: FramedNIO text|lines|u16 PORT
private final class TallyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let isText: Bool
    private var count = 0
    private var sum = 0

    init(isText: Bool) { self.isText = isText }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let message = unwrapInboundIn(data)
        count += 1
        if isText {
            let text = String(buffer: message)
            _ = text.utf8.withContiguousStorageIfAvailable { add($0) }
        } else {
            let bytes = [UInt8](buffer: message)
            bytes.withUnsafeBufferPointer { add($0) }
        }
    }

    private func add(_ message: UnsafeBufferPointer<UInt8>) {
        if let first = message.first, let last = message.last { sum += Int(first) + Int(last) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.value.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "\(count) \(sum)\n"))).whenComplete { _ in
            context.value.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@main
struct FramedNIO {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, ["text", "lines", "u16"].contains(arguments[1]), let port = Int(arguments[2]) else {
            fatalError("usage: FramedNIO text|lines|u16 PORT")
        }
        let kind = arguments[1]
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if kind == "u16" {
                        try pipeline.addHandler(ByteToMessageHandler(LengthFieldBasedFrameDecoder(lengthFieldLength: .two)))
                    } else {
                        try pipeline.addHandler(ByteToMessageHandler(LineBasedFrameDecoder()))
                    }
                    try pipeline.addHandler(TallyHandler(isText: kind == "text"))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 16)
            .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator())
            .bind(host: "127.0.0.1", port: port)
            .get()
        try await server.closeFuture.get()
    }
}
