import Sockeye

// One end hands an open descriptor to the other, which may be another program at a Unix socket.
let (one, other) = try Connection.pair()
let standardOutput: Int32 = 1
try await one.send("write here", passing: [standardOutput])

if let message = try await other.receive(upTo: 1024, descriptors: 1) {
    let passed = message.descriptors[0]  // closes by itself unless it is released
    print("\(String(decoding: message.bytes, as: UTF8.self)): descriptor \(passed.descriptor ?? -1)")
}
await one.close()
await other.close()
