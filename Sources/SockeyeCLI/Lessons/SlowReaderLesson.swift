import Sockeye
import SockeyeSystem

extension Lesson {
    static let slowReader = Lesson(
        title: "A slow reader slows the sender down",
        question: """
            send only hands bytes to the system. For how long, if nobody receives them? The client sends 1 MB, and the server \
            is in no hurry.
            """,
        lookFor: [
            "The first bytes go without waiting: there are buffers on both sides. Then they are full, and send sleeps. Here both "
                + "are made small (setsockopt), so that it takes little; without that they grow to some megabytes.",
            "That is back-pressure: TCP tells the sender how much room the receiver has. Nothing is lost, nothing piles up.",
            "As soon as the server receives, the client's send goes on, at the server's pace.",
            "Two programs that both send much before they receive can block each other for ever.",
        ],
        tryNext: [
            .init("In one terminal", "sockeye serve --discard 8000 >/dev/null"),
            .init("In a second; it passes on slowly", "sockeye relay 1337 8000 --rate 64K >/dev/null"),
            .init("In a third; its send waits", "head -c 10M /dev/zero | sockeye connect 1337 --explain"),
            .init("Meanwhile: Recv-Q and Send-Q show what is in the buffers", "ss -tn"),
        ]
    ) { stage in
        // Small buffers, so that they are soon full: the kernel doubles what is set.
        let (bufferBytes, total) = (8192, 1_000_000)
        let (address, taken) = (Handover<SocketAddress>(), Locked(0))
        let report = Handover<Int>()
        try await stage.together {
            let listener = try stage.listen { socket throws(SocketError) in
                try stage.step(.server, "setsockopt(SO_RCVBUF, \(bufferBytes))", result: "the system doubles it") {
                    () throws(SocketError) in
                    try socket.setOption(.receiveBufferBytes, to: bufferBytes)
                }
            }
            address.give(try listener.localAddress)
            let client = try stage.accept(listener)
            stage.waitUntilBlocked(.client)
            let held = taken.with { $0 }
            report.give(held)
            stage.note("The client sleeps in send: the system took \(Quantity.bytes(held)). Now the server receives:")
            var count = 0
            try stage.step(.server, "recv() until the end") { () throws(SocketError) in
                while let bytes = try client.receive(upTo: 65_536) { count += bytes.count }
            } result: { _, _ in
                "\(Quantity.bytes(count))"
            }
            stage.check("all \(Quantity.bytes(total)) arrived", count == total)
        } client: {
            let socket = try stage.connect(to: address.take()) { socket throws(SocketError) in
                try stage.step(.client, "setsockopt(SO_SNDBUF, \(bufferBytes))", result: "the system doubles it") {
                    () throws(SocketError) in
                    try socket.setOption(.sendBufferBytes, to: bufferBytes)
                }
            }
            // One call of `send` for each part that the system takes, as a program's loop makes them.
            try stage.step(.client, "sendall(\(total) bytes)", carries: .delivered) { () throws(SocketError) in
                let piece = [UInt8](repeating: 120, count: 4000)
                for _ in 0..<(total / piece.count) {
                    try socket.sendAll(piece)
                    taken.with { $0 += piece.count }
                }
            } result: { _, _ in
                "\(Quantity.bytes(total)) are with the system"
            }
            try stage.close(.client, socket)
        }
        let held = report.take()
        stage.check(
            "without a receiver the system took \(Quantity.bytes(held)) and no more",
            held > 0 && held < total / 2
        )
        stage.check("send slept until the server received", stage.step(.client, "send")?.hasBlocked == true)
    }
}
