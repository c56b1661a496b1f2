/// Which of a name's addresses are used: what `-4` and `-6` say on many a command line.
///
///     var options = ConnectionOptions()
///     options.family = .ipv4Only
///
/// The corresponding C field is `ai_family` of `struct addrinfo`.
public enum FamilyPreference: Hashable, Sendable, CaseIterable {
    /// Whatever there is: the addresses of both families.
    case any
    /// IPv4 addresses, and nothing else.
    case ipv4Only
    /// IPv6 addresses, and nothing else.
    case ipv6Only

    package var family: AddressFamily? {
        switch self {
        case .any: nil
        case .ipv4Only: .ipv4
        case .ipv6Only: .ipv6
        }
    }
}
