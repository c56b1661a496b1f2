/// What one kind of error message means: an entry of the list that `sockeye explain` knows.
///
/// The entries are data, in the files `Explanations+….swift`, one group of meanings each. The tests hold a table of real
/// messages, each of which must lead to its entry.
struct Explanation: Sendable {
    /// The name of the entry for scripts, `connection-refused`; it never changes.
    let id: String
    /// The message in half a line.
    var title: String
    /// What happened, in words that somebody new knows.
    var meaning: String
    /// Why that usually is, the most likely first.
    var causes: [String]
    /// Commands and changes, the first to try first. `{address}`, `{host}` and `{port}` become those of the message.
    var next: [String]
    /// The C names of the errors that mean this, each of which belongs to one entry; their numbers are in ``ErrorNumber``.
    var errnos: [String] = []
    /// What messages of this kind say, in any case; `*` stands for anything in between. The longer one wins.
    let phrases: [String]
    /// Entries of which this one is often a mere consequence: where one of them is in the same text, it explains more.
    var followsFrom: [String] = []
    /// The phrases are words of a person, "it hangs", and not of a program: they count only in a text of few lines.
    var isDescription = false
    /// What it says of sockets has been replaced, so nothing is to be fitted to them.
    var isOtherMatter = false

    /// The phrases that a message has, without those that look for what a traceback shows around it.
    var messages: [String] { phrases.filter { !$0.hasPrefix("sockeye_") } }

    /// All that is known.
    static let all: [Explanation] =
        connecting + serving + ending + waiting + names + types + contents + limits + encryption
        + python + described
}

/// The number that an error has on a system, as Python's `[Errno 98]` and Windows' `[WinError 10061]` show it.
struct ErrorNumber: Sendable {
    let name: String
    let linux: Int32
    let mac: Int32
    /// As winsock2.h has it; 0 where there is none.
    let windows: Int32

    private init(_ name: String, _ linux: Int32, _ mac: Int32, _ windows: Int32 = 0) {
        self.name = name
        self.linux = linux
        self.mac = mac
        self.windows = windows
    }

    /// asm-generic/errno.h, sys/errno.h of macOS, and winsock2.h. Windows has names of its own: `WSA` and this one.
    static let all: [ErrorNumber] = [
        ErrorNumber("EPERM", 1, 1), ErrorNumber("EINTR", 4, 4, 10004), ErrorNumber("EBADF", 9, 9, 10009),
        ErrorNumber("EAGAIN", 11, 35), ErrorNumber("ENOMEM", 12, 12), ErrorNumber("EACCES", 13, 13, 10013),
        ErrorNumber("EINVAL", 22, 22, 10022), ErrorNumber("ENFILE", 23, 23), ErrorNumber("EMFILE", 24, 24, 10024),
        ErrorNumber("EPIPE", 32, 32), ErrorNumber("ENOTSOCK", 88, 38, 10038),
        ErrorNumber("EDESTADDRREQ", 89, 39, 10039), ErrorNumber("EMSGSIZE", 90, 40, 10040),
        ErrorNumber("EPROTOTYPE", 91, 41, 10041), ErrorNumber("ENOPROTOOPT", 92, 42, 10042),
        ErrorNumber("EPROTONOSUPPORT", 93, 43, 10043), ErrorNumber("ESOCKTNOSUPPORT", 94, 44, 10044),
        ErrorNumber("EOPNOTSUPP", 95, 102, 10045), ErrorNumber("EAFNOSUPPORT", 97, 47, 10047),
        ErrorNumber("EADDRINUSE", 98, 48, 10048), ErrorNumber("EADDRNOTAVAIL", 99, 49, 10049),
        ErrorNumber("ENETDOWN", 100, 50, 10050), ErrorNumber("ENETUNREACH", 101, 51, 10051),
        ErrorNumber("ECONNABORTED", 103, 53, 10053), ErrorNumber("ECONNRESET", 104, 54, 10054),
        ErrorNumber("ENOBUFS", 105, 55, 10055), ErrorNumber("EISCONN", 106, 56, 10056),
        ErrorNumber("ENOTCONN", 107, 57, 10057), ErrorNumber("ESHUTDOWN", 108, 58, 10058),
        ErrorNumber("ETIMEDOUT", 110, 60, 10060), ErrorNumber("ECONNREFUSED", 111, 61, 10061),
        ErrorNumber("EHOSTDOWN", 112, 64, 10064), ErrorNumber("EHOSTUNREACH", 113, 65, 10065),
        ErrorNumber("EALREADY", 114, 37, 10037), ErrorNumber("EINPROGRESS", 115, 36, 10036),
        // Windows alone has these: a call that would block, a library that was not started, a name without addresses.
        ErrorNumber("EWOULDBLOCK", 11, 35, 10035), ErrorNumber("NOTINITIALISED", 0, 0, 10093),
        ErrorNumber("HOST_NOT_FOUND", 0, 0, 11001), ErrorNumber("TRY_AGAIN", 0, 0, 11002),
        ErrorNumber("NO_RECOVERY", 0, 0, 11003),
        ErrorNumber("NO_DATA", 0, 0, 11004),
    ]

    /// The name for a number of an unknown system. Linux comes first: where both have the number with two meanings that
    /// sockets know, messages of Linux are the more frequent; the rest is unambiguous.
    static func name(of number: Int32) -> String? {
        guard number > 0 else { return nil }
        let match =
            all.first { $0.windows == number } ?? all.first { $0.linux == number } ?? all.first { $0.mac == number }
        return match?.name
    }
}
