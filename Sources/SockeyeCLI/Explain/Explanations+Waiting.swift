/// Something waits, or would have to.
extension Explanation {
    static let waiting: [Explanation] = [
        Explanation(
            id: "receive-timed-out",
            title: "timed out: what the program waited for did not come within its time limit",
            meaning: """
                The message alone does not tell whether the program waited for data (recv) or was still connecting: the line of \
                code that it comes from does.
                """,
            causes: [
                "if it was connecting: nothing answered, since the address is wrong or a firewall drops the packets",
                "the other side waits too: each believes that it is the other one's turn",
                "the message has no end that the server knows: it waits for a newline, or for the rest of a length",
                "your bytes are still in a buffer of yours: flush was not called",
                "the server works on it, and the limit is too short",
            ],
            next: [
                "sockeye connect {address} --explain  # shows whose turn it is",
                "end each message as the server expects: with \\n for lines; flush after writing",
            ],
            phrases: [
                "TimeoutError: timed out", "socket.timeout: timed out", "read timed out", "SocketTimeoutException",
                "i/o timeout", "context deadline exceeded", "receive timed out", "ReadTimeout",
                "The read operation timed out",
                "ERR_SOCKET_TIMEOUT", "HttpTimeoutException", "request timed out", "ESOCKETTIMEDOUT",
                "Operation timed out after*milliseconds", "recv*timed out",
                "asyncio.exceptions.TimeoutError", "The request timed out", "NSURLErrorDomain*-1001",
                "future has elapsed", "deadline has elapsed", "accept timed out", "TimeoutError",
            ]
        ),
        Explanation(
            id: "would-block",
            title: "would block: nothing is there now, and the socket is set not to wait",
            meaning:
                "No error but an answer: a non-blocking socket has no data (or no room) at this moment. Try again later.",
            causes: [
                "the socket is non-blocking: setblocking(False), settimeout(0), O_NONBLOCK, or an event loop made it so",
                "a receive timeout (SO_RCVTIMEO, in Rust set_read_timeout) has passed: it reports the same number",
            ],
            next: [
                "wait until it is ready with select, poll or an event loop, then call again",
                "leave the socket blocking if you want to wait in the call",
            ],
            errnos: ["EAGAIN", "EWOULDBLOCK"],
            phrases: [
                "resource temporarily unavailable", "BlockingIOError", "would block", "kind: WouldBlock", "EWOULDBLOCK",
                "could not be completed immediately",
            ]
        ),
        Explanation(
            id: "interrupted-call",
            title: "interrupted system call: a signal came while the call waited",
            meaning: "The call did nothing; it is to be made again.",
            causes: ["a signal handler ran: a timer, a child process that ended, a debugger or a resized terminal"],
            next: ["call it again in a loop while errno is EINTR, or install the handler with SA_RESTART"],
            errnos: ["EINTR"],
            phrases: [
                "interrupted system call", "InterruptedError", "interrupted function call", "call was interrupted by",
            ]
        ),
        Explanation(
            id: "not-awaited",
            title: "a coroutine was never awaited: the call was only prepared, not made",
            meaning: "In asyncio, calling an async function makes a coroutine; nothing of it runs until it is awaited.",
            causes: ["await is missing before the call", "main() is called without asyncio.run"],
            next: ["await reader.read(100)", "asyncio.run(main())"],
            phrases: [
                "was never awaited", "coroutine*has no attribute", "object StreamReader*can't be used in 'await'",
            ]
        ),
        Explanation(
            id: "loop-already-runs",
            title: "an event loop runs already in this thread",
            meaning:
                "asyncio.run starts a loop of its own, and there is one: in Jupyter always, or in an async function.",
            causes: ["asyncio.run within a notebook", "asyncio.run within an async function: use await there"],
            next: ["await main()  # instead of asyncio.run(main())"],
            phrases: [
                "cannot be called from a running event loop", "This event loop is already running",
                "Cannot run the event loop while another loop is running",
            ]
        ),
    ]
}
