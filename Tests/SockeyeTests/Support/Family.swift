import Foundation
import Sockeye
import SockeyeSystem
import Synchronization

/// The families that every socket test runs over.
enum Family: String, CaseIterable, Sendable, CustomStringConvertible {
    case ipv4, ipv6, unix

    var description: String { rawValue }

    static let tcp: [Family] = [.ipv4, .ipv6]

    /// An endpoint of this computer that nobody uses: port 0, or a path in a folder of this process.
    func freshEndpoint() -> Endpoint {
        switch self {
        case .ipv4: "127.0.0.1:0"
        case .ipv6: "[::1]:0"
        case .unix: .unix(ScratchFolder.path())
        }
    }

    var addressFamily: AddressFamily {
        switch self {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .unix: .unix
        }
    }

    /// The number that the kernel knows this family by, for what Python prints.
    var pythonName: String {
        switch self {
        case .ipv4: "AF_INET"
        case .ipv6: "AF_INET6"
        case .unix: "AF_UNIX"
        }
    }
}

/// A folder for the files of Unix sockets, which goes when the process ends.
enum ScratchFolder {
    private static let folder: String = {
        let path = NSTemporaryDirectory() + "sockeye-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "sockeye-\(getpid())") }
        return path
    }()
    private static let count = Atomic<Int>(0)

    static func path() -> String {
        "\(folder)/\(count.add(1, ordering: .relaxed).newValue).sock"
    }
}
