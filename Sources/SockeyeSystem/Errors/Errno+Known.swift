internal import CSockeye

// The numbers are Linux' own and come from the kernel's headers, so that each is right on every architecture.
extension Errno {
    public static let notPermitted = Errno(rawValue: EPERM)
    public static let noSuchFile = Errno(rawValue: ENOENT)
    public static let interrupted = Errno(rawValue: EINTR)
    public static let inputOutput = Errno(rawValue: EIO)
    public static let badDescriptor = Errno(rawValue: EBADF)
    public static let wouldBlock = Errno(rawValue: EAGAIN)
    public static let outOfMemory = Errno(rawValue: ENOMEM)
    public static let permissionDenied = Errno(rawValue: EACCES)
    public static let badAddress = Errno(rawValue: EFAULT)
    public static let busy = Errno(rawValue: EBUSY)
    public static let fileExists = Errno(rawValue: EEXIST)
    public static let noSuchDevice = Errno(rawValue: ENODEV)
    public static let notDirectory = Errno(rawValue: ENOTDIR)
    public static let isDirectory = Errno(rawValue: EISDIR)
    public static let invalidArgument = Errno(rawValue: EINVAL)
    public static let tooManyOpenFilesInSystem = Errno(rawValue: ENFILE)
    public static let tooManyOpenFiles = Errno(rawValue: EMFILE)
    public static let noSpace = Errno(rawValue: ENOSPC)
    public static let illegalSeek = Errno(rawValue: ESPIPE)
    public static let readOnly = Errno(rawValue: EROFS)
    public static let brokenPipe = Errno(rawValue: EPIPE)
    public static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
    public static let notImplemented = Errno(rawValue: ENOSYS)
    public static let tooManyLinks = Errno(rawValue: ELOOP)
    public static let protocolError = Errno(rawValue: EPROTO)
    public static let overflow = Errno(rawValue: EOVERFLOW)
    public static let notSocket = Errno(rawValue: ENOTSOCK)
    public static let destinationRequired = Errno(rawValue: EDESTADDRREQ)
    public static let messageTooLong = Errno(rawValue: EMSGSIZE)
    public static let wrongProtocolType = Errno(rawValue: EPROTOTYPE)
    public static let noSuchOption = Errno(rawValue: ENOPROTOOPT)
    public static let protocolNotSupported = Errno(rawValue: EPROTONOSUPPORT)
    public static let socketTypeNotSupported = Errno(rawValue: ESOCKTNOSUPPORT)
    public static let notSupported = Errno(rawValue: EOPNOTSUPP)
    public static let addressFamilyNotSupported = Errno(rawValue: EAFNOSUPPORT)
    public static let addressInUse = Errno(rawValue: EADDRINUSE)
    public static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
    public static let networkDown = Errno(rawValue: ENETDOWN)
    public static let networkUnreachable = Errno(rawValue: ENETUNREACH)
    public static let networkReset = Errno(rawValue: ENETRESET)
    public static let connectionAborted = Errno(rawValue: ECONNABORTED)
    public static let connectionReset = Errno(rawValue: ECONNRESET)
    public static let noBufferSpace = Errno(rawValue: ENOBUFS)
    public static let alreadyConnected = Errno(rawValue: EISCONN)
    public static let notConnected = Errno(rawValue: ENOTCONN)
    public static let shutDown = Errno(rawValue: ESHUTDOWN)
    public static let timedOut = Errno(rawValue: ETIMEDOUT)
    public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    public static let hostDown = Errno(rawValue: EHOSTDOWN)
    public static let hostUnreachable = Errno(rawValue: EHOSTUNREACH)
    public static let already = Errno(rawValue: EALREADY)
    public static let inProgress = Errno(rawValue: EINPROGRESS)
    public static let fileTooLarge = Errno(rawValue: EFBIG)
    public static let stale = Errno(rawValue: ESTALE)
    public static let cancelled = Errno(rawValue: ECANCELED)
    public static let quotaExceeded = Errno(rawValue: EDQUOT)
    public static let noSuchProcess = Errno(rawValue: ESRCH)
    public static let noChild = Errno(rawValue: ECHILD)
    public static let exchangeFull = Errno(rawValue: EXFULL)
    public static let noRoute = Errno(rawValue: ENONET)
    public static let tooManyReferences = Errno(rawValue: ETOOMANYREFS)
    public static let keyRejected = Errno(rawValue: EREMOTEIO)

    static let known: [Int32: (name: String, words: String)] = [
        EPERM: ("EPERM", "operation not permitted"),
        ENOENT: ("ENOENT", "no such file or directory"),
        EINTR: ("EINTR", "interrupted system call"),
        EIO: ("EIO", "input/output error"),
        EBADF: ("EBADF", "bad file descriptor"),
        EAGAIN: ("EAGAIN", "would block"),
        ENOMEM: ("ENOMEM", "out of memory"),
        EACCES: ("EACCES", "permission denied"),
        EFAULT: ("EFAULT", "bad address"),
        EBUSY: ("EBUSY", "resource busy"),
        EEXIST: ("EEXIST", "file exists"),
        ENODEV: ("ENODEV", "no such device"),
        ENOTDIR: ("ENOTDIR", "not a directory"),
        EISDIR: ("EISDIR", "is a directory"),
        EINVAL: ("EINVAL", "invalid argument"),
        ENFILE: ("ENFILE", "too many open files in the whole system"),
        EMFILE: ("EMFILE", "too many open files in this process"),
        ENOSPC: ("ENOSPC", "no space left"),
        ESPIPE: ("ESPIPE", "illegal seek"),
        EROFS: ("EROFS", "read-only file system"),
        EPIPE: ("EPIPE", "broken pipe"),
        ENAMETOOLONG: ("ENAMETOOLONG", "name too long"),
        ENOSYS: ("ENOSYS", "not implemented by this kernel"),
        ELOOP: ("ELOOP", "too many symbolic links"),
        EPROTO: ("EPROTO", "protocol error"),
        EOVERFLOW: ("EOVERFLOW", "value too large"),
        ENOTSOCK: ("ENOTSOCK", "not a socket"),
        EDESTADDRREQ: ("EDESTADDRREQ", "destination address required"),
        EMSGSIZE: ("EMSGSIZE", "message too long"),
        EPROTOTYPE: ("EPROTOTYPE", "wrong protocol for this socket type"),
        ENOPROTOOPT: ("ENOPROTOOPT", "no such socket option"),
        EPROTONOSUPPORT: ("EPROTONOSUPPORT", "protocol not supported"),
        ESOCKTNOSUPPORT: ("ESOCKTNOSUPPORT", "socket type not supported"),
        EOPNOTSUPP: ("EOPNOTSUPP", "operation not supported"),
        EAFNOSUPPORT: ("EAFNOSUPPORT", "address family not supported"),
        EADDRINUSE: ("EADDRINUSE", "address already in use"),
        EADDRNOTAVAIL: ("EADDRNOTAVAIL", "address is not of this computer"),
        ENETDOWN: ("ENETDOWN", "network is down"),
        ENETUNREACH: ("ENETUNREACH", "network is unreachable"),
        ENETRESET: ("ENETRESET", "connection dropped by network reset"),
        ECONNABORTED: ("ECONNABORTED", "connection aborted"),
        ECONNRESET: ("ECONNRESET", "connection reset by peer"),
        ENOBUFS: ("ENOBUFS", "no buffer space left in the kernel"),
        EISCONN: ("EISCONN", "already connected"),
        ENOTCONN: ("ENOTCONN", "not connected"),
        ESHUTDOWN: ("ESHUTDOWN", "sending side already shut down"),
        ETIMEDOUT: ("ETIMEDOUT", "timed out"),
        ECONNREFUSED: ("ECONNREFUSED", "connection refused"),
        EHOSTDOWN: ("EHOSTDOWN", "host is down"),
        EHOSTUNREACH: ("EHOSTUNREACH", "no route to host"),
        EALREADY: ("EALREADY", "operation already in progress"),
        EINPROGRESS: ("EINPROGRESS", "operation in progress"),
        EFBIG: ("EFBIG", "file too large"),
        ESTALE: ("ESTALE", "stale file handle"),
        ECANCELED: ("ECANCELED", "operation cancelled"),
        EDQUOT: ("EDQUOT", "quota exceeded"),
        ESRCH: ("ESRCH", "no such process"),
        ECHILD: ("ECHILD", "no such child"),
        EXFULL: ("EXFULL", "exchange full"),
        ENONET: ("ENONET", "machine is not on the network"),
        ETOOMANYREFS: ("ETOOMANYREFS", "too many descriptors in flight"),
        EREMOTEIO: ("EREMOTEIO", "remote input/output error"),
    ]
}
