internal import CSockeye

// Station 1 again, for the calls that turn names into numbers.
extension Syscalls {
    package enum Resolution: Sendable {
        case found([SocketAddress], canonicalName: String?)
        /// There is no such name, or none with an address of the family.
        case unknownName
        /// The name service could not be asked, or could not answer.
        case noAnswer(String)
        case failed(Errno)
        case other(String)
    }

    /// What `getaddrinfo` hands over before it frees it.
    private struct Findings {
        var addresses: [SocketAddress] = []
        var canonicalName: String?
        var errno: Errno?
    }

    /// The addresses behind a name, with port 0, in the resolver's order. Blocks. In C: `getaddrinfo`.
    ///
    /// - Parameter asksForCanonicalName: It may cost the name service another question.
    package static func resolve(
        _ name: String,
        family: AddressFamily?,
        asksForCanonicalName: Bool = false
    ) -> Resolution {
        let kind: Int32 =
            switch family {
            case .ipv4: 4
            case .ipv6: 6
            case .unix, nil: 0
            }
        var findings = Findings()
        let code = unsafe withUnsafeMutablePointer(to: &findings) { findings in
            let code = unsafe sockeye_resolve(
                name,
                kind,
                findings,
                { context, address in
                    guard let context = unsafe context, let address = unsafe address else { return }
                    let length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                    let one = unsafe RawSocketAddress.address(of: address.pointee, length: length)
                    unsafe context.assumingMemoryBound(to: Findings.self).pointee.addresses.append(one)
                },
                asksForCanonicalName
                    ? { context, name in
                        guard let context = unsafe context, let name = unsafe name else { return }
                        let text = unsafe String(cString: name)
                        unsafe context.assumingMemoryBound(to: Findings.self).pointee.canonicalName = text
                    } : nil
            )
            if code != 0 { unsafe findings.pointee.errno = Errno.last }
            return code
        }
        if code == 0 {
            let (addresses, name) = (findings.addresses, findings.canonicalName)
            return addresses.isEmpty ? .unknownName : .found(addresses, canonicalName: name)
        }
        return failure(code, findings.errno)
    }

    private static func failure(_ code: Int32, _ errno: Errno?) -> Resolution {
        let reason = unsafe String(cString: sockeye_resolve_error(code))
        return switch sockeye_resolve_meaning(code) {
        case 1: .unknownName
        case 2: .noAnswer(reason)
        case 3: .failed(.outOfMemory)
        case 4: errno.map(Resolution.failed) ?? .other(reason)
        default: .other(reason)
        }
    }
}
