import Foundation
public import SockeyeSystem
import Synchronization

/// The families that every socket test runs over.
public enum Family: String, CaseIterable, Sendable, CustomStringConvertible {
    case ipv4, ipv6, unix

    public var description: String { rawValue }

    public static let tcp: [Family] = [.ipv4, .ipv6]

    /// An endpoint of this computer that nobody uses: port 0, or a path in a folder of this process.
    public func freshEndpoint() -> Endpoint {
        switch self {
        case .ipv4: "127.0.0.1:0"
        case .ipv6: "[::1]:0"
        case .unix: .unix(ScratchFolder.path())
        }
    }

    public var addressFamily: AddressFamily {
        switch self {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .unix: .unix
        }
    }

    /// The number that the kernel knows this family by, for what Python prints.
    public var pythonName: String {
        switch self {
        case .ipv4: "AF_INET"
        case .ipv6: "AF_INET6"
        case .unix: "AF_UNIX"
        }
    }
}

/// A folder for the files of Unix sockets, which goes when the process ends.
public enum ScratchFolder {
    private static let folder: String = {
        let path = NSTemporaryDirectory() + "sockeye-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "sockeye-\(getpid())") }
        return path
    }()
    private static let count = Atomic<Int>(0)

    public static func path() -> String {
        "\(folder)/\(count.add(1, ordering: .relaxed).newValue).sock"
    }
}
