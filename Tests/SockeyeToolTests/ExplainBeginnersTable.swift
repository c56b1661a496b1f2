/// What the first hours with Python's sockets bring: whole tracebacks, and words without any message.
extension PastedMessage {
    private static func python(_ code: String, _ message: String, _ id: String) -> PastedMessage {
        PastedMessage("Python", traceback(code, message), id)
    }

    /// The end of a traceback, with the line of the program in it.
    static func traceback(_ code: String, _ message: String) -> String {
        """
        $ python3 a.py
        Traceback (most recent call last):
          File "chat/a.py", line 7, in <module>
            \(code)
            ~~~~~~^^^^^
        \(message)
        """
    }

    private static let notText = "TypeError: a bytes-like object is required, not 'str'"
    private static let tooMany = "ValueError: too many values to unpack (expected 2)"
    private static let twoGiven = "TypeError: handle() takes 1 positional argument but 2 were given"
    private static let ofInt = "ValueError: invalid literal for int() with base 10: "

    private static let noAnswer =
        "A connection attempt failed because the connected party did not properly respond after a period of time, or "
        + "established connection failed because connected host has failed to respond"

    static let beginners = [
        python("s.send(data)", "OSError: [Errno 89] Destination address required", "no-destination"),
        python("s.send(text.split(\",\")[0])", notText, "bytes-not-text"),
        python("s.sendall(input())", notText, "bytes-not-text"),
        python("parts = data.split(\",\")", notText, "text-in-bytes"),
        python("data = s.recv(10).replace(\"a\", \"b\")", notText, "text-in-bytes"),
        python("s.send(5)", "TypeError: a bytes-like object is required, not 'int'", "value-not-bytes"),
        python(
            "s.send(text.encode)",
            "TypeError: a bytes-like object is required, not 'builtin_function_or_method'",
            "call-without-parentheses"
        ),
        python("n = int(s.recv(10))", ofInt + #"b'5\n6\n'"#, "numbers-together"),
        python("n = int(s.recv(10).decode())", ofInt + #"'5\n67'"#, "numbers-together"),
        python("n = int(s.recv(10).decode())", ofInt + #"'abc\n'"#, "number-empty"),
        python("s = socket.socket()", "AttributeError: 'socket' object has no attribute 'socket'", "module-hidden"),
        python("socket.connect(a)", "AttributeError: module 'socket' has no attribute 'connect'", "socket-not-created"),
        python("c, a = s.accept()", "AttributeError: 'NoneType' object has no attribute 'accept'", "socket-is-none"),
        python("data, address = s.recv(1024)", tooMany, "receive-unpacked"),
        python("for c, a in s.accept():", "TypeError: cannot unpack non-iterable socket object", "receive-unpacked"),
        python("self._target(*self._args, **self._kwargs)", twoGiven, "thread-arguments"),
        python(
            "s.bind(\"127.0.0.1\")",
            "TypeError: bind(): AF_INET address must be tuple, not str",
            "address-not-tuple"
        ),
        python("s.send(b'x')", "TimeoutError: [WinError 10060] " + noAnswer, "peer-vanished"),
        python("s.sendall(b'x')", "TimeoutError: [WinError 10060] " + noAnswer, "peer-vanished"),
        PastedMessage("Node", "Error: This socket has been ended by the other party", "broken-pipe"),
        PastedMessage(
            "curl",
            "curl: (7) Failed to connect to a.example port 80 after 3062 ms: Couldn't connect to server",
            "connect-timed-out"
        ),
        PastedMessage("Node", "problem with request:  AggregateError", "all-addresses-failed"),
        PastedMessage("Node", "AggregateError [ECONNREFUSED]: ", "connection-refused"),
        PastedMessage("Node", "AggregateError [ETIMEDOUT]: ", "connect-timed-out"),
        PastedMessage("Python", "NameError: name 'socket' is not defined", "socket-not-created"),
        PastedMessage("Python", "ModuleNotFoundError: No module named 'sockets'", "socket-not-created"),
        PastedMessage("Python", "TypeError: recv() takes at least 1 argument (0 given)", "address-not-tuple"),
        PastedMessage("Python", "TypeError: socket.accept() takes no arguments (1 given)", "address-not-tuple"),
        PastedMessage("Python", "AttributeError: 'NoneType' object has no attribute 'send'", "socket-is-none"),
        PastedMessage("telnet", "Connection closed by foreign host.", "end-of-stream"),
        PastedMessage("Python", "urllib.error.URLError: <urlopen error timed out>", "connect-timed-out"),
        PastedMessage("words", "it hangs", "hangs"),
        PastedMessage("words", "my program waits forever", "hangs"),
        PastedMessage("words", "recv returns empty bytes", "empty-receive"),
    ]
}
