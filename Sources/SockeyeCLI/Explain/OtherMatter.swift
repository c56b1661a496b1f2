/// What an error is about that shares its words with those of sockets: a file, the keyboard, standard output.
///
/// The entry keeps its name, which says what kind of message it is; what it says of sockets is replaced.
struct OtherMatter: Sendable {
    let title: String
    let meaning: String
    let causes: [String]
    let next: [String]

    /// The entry in other words where the line of the program, or the message itself, shows that no socket is concerned.
    ///
    /// - Parameter code: The line of the person's own program; empty where it is not known.
    static func told(of entry: Explanation, code: String, message: String) -> Explanation {
        if let matter = ofLogin(message) { return replaced(entry, by: matter) }
        // These say so themselves, are about the program's text, or may come of sockets that were not closed.
        guard !certain.contains(entry.id) else { return entry }
        guard let matter = inMessage(message) ?? inCode(code, entry.id) else { return entry }
        return replaced(entry, by: matter)
    }

    private static func replaced(_ entry: Explanation, by matter: OtherMatter) -> Explanation {
        var entry = entry
        (entry.title, entry.meaning) = (matter.title, matter.meaning)
        (entry.causes, entry.next) = (matter.causes, matter.next)
        entry.isOtherMatter = true
        return entry
    }

    private static let certain: Set = [
        "input-ended", "module-hidden", "socket-not-created", "file-named-socket", "too-many-files", "no-buffer-space",
        "permission-denied",
    ]

    // MARK: What the message shows

    /// The words of ssh, which are those of a socket that may not be used.
    private static func ofLogin(_ message: String) -> OtherMatter? {
        message.contains(#/Permission denied \([a-z,-]*(publickey|password|keyboard)/#) ? login : nil
    }

    private static func inMessage(_ message: String) -> OtherMatter? {
        if message.contains("write() argument must be str, not bytes") { return textStream }
        if message.contains("All promises were rejected") { return promises }
        if message.contains("I/O operation on closed file") { return closedFile }
        if message.hasWords(#/\b(Value|Type|Key|Assertion|Runtime)Error: Invalid argument/#.ignoresCase()) {
            return ownWords
        }
        return nil
    }

    // MARK: What the line of the program shows

    private static func inCode(_ code: String, _ id: String) -> OtherMatter? {
        guard !code.isEmpty, !isAboutSockets(code) else { return nil }
        if id == "interrupted-by-you" { return code.hasWords(#/\b(input|sleep|join|wait|run|get)\(/#) ? nil : atWork }
        if code.contains(#/(^|[^\w.])((io|gzip|codecs)\.)?open\(/#) { return file }
        if code.hasWords(#/(^|[^\w.])input\(|\bsys\.stdin\b/#) { return keyboard }
        if code.hasWords(#/\bsys\.std(out|err)\b/#) { return output }
        if code.contains(#/^print\(/#), outputErrors.contains(id) { return output }
        if code.contains(#/(^|[^\w.])range\(/#), id == "port-not-number" { return count }
        if code.hasWords(#/\bos\.(fork|system|popen)\(|\bsubprocess\.|\bmultiprocessing\./#) { return process }
        if code.hasWords(#/\bos\.\w+\(/#) { return descriptor }
        return nil
    }

    static func isAboutSockets(_ code: String) -> Bool {
        // It is read as sockets' files are.
        let code = code.replacing("sys.stdin.", with: "sys.stdin ")
        return
            SocketCall(line: code) != nil
            || code.hasWords(
                #/\bsock|socket|urlopen|\bselect\.|\b(conn|connection|client|server|reader|writer)\.\w+\(|\bmakefile\(/#
            )
    }

    private static let outputErrors: Set = ["broken-pipe", "would-block", "socket-closed"]

    private static let login = OtherMatter(
        title: "ssh was not let in: the server was reached, and no socket is concerned",
        meaning:
            "The connection stands, and the other computer has asked for a key or a password that it did not accept.",
        causes: [
            "the key is not known there, or ssh offers another one", "the user's name is another one on that computer",
        ],
        next: ["ssh -v HOST  # shows which keys are offered"]
    )

    private static let promises = OtherMatter(
        title: "every promise given to Promise.any has failed: by itself this is not about a socket",
        meaning:
            "JavaScript's Promise.any fails with AggregateError when all its promises fail; each has an error of its own.",
        causes: ["what each of them did has failed: the reasons are in error.errors"],
        next: ["error.errors.forEach(e => console.error(e))  # shows the reason of each"]
    )

    private static let file = OtherMatter(
        title: "this line is about a file, and not about a socket",
        meaning: """
            The line of the program opens a file, and the error is about that file or what is in it. Sockets have messages \
            in the same words, so it is easily taken for one of theirs.
            """,
        causes: [
            "the name or the mode of the file is not what open takes, or the file may not be opened",
            "what is in the file is not what is read: it is empty, cut off, or has something behind its end",
        ],
        next: ["ls -l  # in the file's folder: shows whether it is there, whose it is, and how long"]
    )

    private static let keyboard = OtherMatter(
        title: "this line is about what was typed, and not about a socket",
        meaning:
            "The line of the program reads from the keyboard (standard input), and what came was not what it expects.",
        causes: ["somebody typed something else, or just Enter"],
        next: ["print(repr(text))  # before it is converted: shows what was typed"]
    )

    private static let output = OtherMatter(
        title: "this line is about the program's own output, and not about a socket",
        meaning: """
            The line of the program writes to standard output (or standard error): a terminal, a file, or the pipe to the \
            program behind `|`.
            """,
        causes: [
            "a broken pipe: the program behind `|`, such as head or less, has ended and reads no more",
            "sys.stdout.write takes text; bytes go to sys.stdout.buffer.write",
        ],
        next: ["run the program without `| …` behind it, and look whether the error stays"]
    )

    private static let textStream = OtherMatter(
        title:
            "this is about a text file or standard output, and not about a socket: they take text, and this is bytes",
        meaning:
            "A file opened as text and sys.stdout take str. (With sockets it is the other way round: they take bytes.)",
        causes: ["write(b\"…\") on a file that was opened with \"w\"", "sys.stdout.write(data) with received bytes"],
        next: ["file.write(data.decode())  # or open the file with \"wb\"", "sys.stdout.buffer.write(data)"]
    )

    private static let closedFile = OtherMatter(
        title: "a file object was closed, and is used again",
        meaning: """
            The message is about a file object. That is mostly a file, and no socket is concerned; it can be one that \
            makefile() made of a socket.
            """,
        causes: ["a with block around the file ended before the last use", "close stands inside the loop"],
        next: ["search your own code for close, and for the end of the with block around open or makefile"]
    )

    private static let ownWords = OtherMatter(
        title: "invalid argument: the words of a program or library, and not an error of a socket",
        meaning: "The system's own error would be an OSError. This one was raised by code that looked at a value.",
        causes: ["a function was given a value that it does not take: the words behind it say which"],
        next: ["look at the line of the traceback that raised it, and at what it was given"]
    )

    private static let count = OtherMatter(
        title: "this line is about a number, and not about a socket: range takes a number, and this is a text",
        meaning: "Values from input(), sys.argv or a file are text, also when they look like numbers.",
        causes: ["what came from input() or sys.argv is used as it is"],
        next: ["for i in range(int(n)):  # int makes a number of it"]
    )

    private static let process = OtherMatter(
        title: "this line is about another process, and not about a socket",
        meaning:
            "The line of the program starts a process, and the system did not let it, or something in that failed.",
        causes: ["there are too many processes, or too little memory: of this user, or in this container"],
        next: ["ulimit -u  # shows how many processes this user may have"]
    )

    private static let descriptor = OtherMatter(
        title: "this line calls the system itself (os.…), and shows no socket",
        meaning: """
            What the call is about is a file, a pipe or a descriptor by its number. Only if that number came from a socket's \
            fileno() is a socket concerned.
            """,
        causes: [
            "the number is of nothing that is open: it was closed before, or never was", "a path or a right is wrong",
        ],
        next: ["print what the call is given, right before it"]
    )

    private static let atWork = OtherMatter(
        title: "you ended the program with Ctrl-C",
        meaning:
            "The line where it was shows no socket: the program was at work, or waited for something else. That is no error.",
        causes: ["a loop that takes long, or never ends"],
        next: ["catch KeyboardInterrupt, if the program has something to tidy up"]
    )
}

extension String {
    /// Whether it has these words, where a word ends at a point too: for Unicode `time.sleep` and `sys.stdin.read` are one word each.
    fileprivate func hasWords<Output>(_ words: Regex<Output>) -> Bool { contains(words.wordBoundaryKind(.simple)) }
}

/// Which line of the person's own program a traceback is at, while its lines go by.
struct TracebackPosition {
    /// Empty: not known, or the call was made in a library that has to do with sockets.
    private(set) var code = ""
    private var isOwn = true

    /// A line of no code.
    mutating func pass(_ line: String) {
        // What Python says of an output that it cannot empty at the end.
        if line.contains("name='<stdout>'") { code = "sys.stdout" }
    }

    /// A line of code, or of where it stands.
    mutating func take(_ line: String) {
        if line.hasPrefix(">>> ") {
            isOwn = true
            code = String(line.dropFirst(4))
        } else if line.hasPrefix("File \"") {
            isOwn = !ProgramPlace.isForeign(line)
            // What was typed at Python's own prompt stands above, and not below.
            if isOwn, !line.hasPrefix("File \"<stdin>\"") { code = "" }
        } else if !line.allSatisfy({ "^~ \t".contains($0) }) {
            if isOwn {
                code = line
            } else if OtherMatter.isAboutSockets(line) {
                code = ""
            }
        }
    }
}
