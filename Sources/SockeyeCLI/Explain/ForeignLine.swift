/// A line that no known error of sockets is in, and that is plainly about something else: it gets no guess, but what it is about.
struct ForeignLine: Equatable, Sendable {
    let cause: String
    let next: [String]

    /// The last line of a text that is known to be about something else: it says why the program ended.
    static func last(in text: ErrorText) -> ForeignLine? {
        for line in text.lines.reversed() {
            let plain = PlainLine.of(line)
            if let found = of(plain) { return found }
        }
        return nil
    }

    private static func of(_ line: String) -> ForeignLine? {
        program(line) ?? login(line) ?? library(line) ?? linking(line) ?? code(line) ?? shortage(line) ?? file(line)
    }

    // MARK: Programs that are not there

    private static func program(_ line: String) -> ForeignLine? {
        let patterns = [
            #/command not found: (\S+)/#, #/(\S+): command not found/#, #/sh: (?:\d+: )?(\S+): not found/#,
            #/Unknown command: (\S+)/#, #/'(\S+)' is not recognized as an internal/#,
            #/[Tt]he term '(\S+)' is not recognized/#, #/exec: "(\S+)": executable file not found/#,
            #/Unable to locate package (\S+)/#,
        ]
        guard let name = patterns.lazy.compactMap({ line.firstMatch(of: $0)?.output.1 }).first.map(String.init) else {
            return nil
        }
        let isCaller = ["nc", "ncat", "netcat", "telnet", "socat"].contains(name)
        return ForeignLine(
            cause:
                "it is not about sockets: there is no program called \(SafeText.line(name)) on this computer, or its name is misspelt",
            next: isCaller
                ? [
                    "sockeye connect HOST:PORT   does what nc and telnet are used for: it sends what you type",
                    "sockeye serve PORT   does what nc -l does: it waits for a client",
                ]
                : ["install it, or correct its name: nothing was started, and no network is concerned"]
        )
    }

    /// ssh has its own connection then: the server was reached.
    private static func login(_ line: String) -> ForeignLine? {
        guard line.contains("Host key verification failed") else { return nil }
        return ForeignLine(
            cause:
                "it is ssh's, and not about sockets: the server was reached, and its key is not the one that ssh knows for it",
            next: ["ssh -v HOST   shows how far ssh comes, and which key it is about"]
        )
    }

    // MARK: Programs that are not whole

    private static func library(_ line: String) -> ForeignLine? {
        if let header = line.firstMatch(of: #/([\w\/]+\.h)(: No such file|' file not found)/#)?.output.1 {
            let isWindows = ["winsock2.h", "ws2tcpip.h", "windows.h", "winsock.h"].contains(header.lowercased())
            let isUnix = ["sys/", "netinet/", "arpa/", "netdb.h"].contains(where: header.hasPrefix)
            let reason =
                isWindows
                ? ": it is Windows' own, and the program was written for that"
                : isUnix ? ": on Windows there is none (there it is winsock2.h)" : ""
            return ForeignLine(
                cause: "the compiler does not find \(header)\(reason). Nothing has run, so no connection is concerned",
                next: [
                    isWindows
                        ? "use sys/socket.h, netinet/in.h, arpa/inet.h and unistd.h in its place, on Linux and macOS"
                        : "install the library that the header belongs to, or correct its name"
                ]
            )
        }
        // Python's own module has all that it should: a file of that name may hide it.
        guard !line.contains("from 'socket'") else { return nil }
        let patterns = [
            #/No module named '?([\w.]+)/#, #/Cannot find (?:module|package) '([^']+)'/#,
            #/ClassNotFoundException: (\S+)/#, #/Could not find or load main class (\S+)/#,
            #/no required module provides package (\S+?);?$/#, #/[Nn]o such module '(\S+)'/#,
            #/unresolved import `([^`]+)`/#, #/cannot import name '(\w+)'/#,
        ]
        guard let name = patterns.lazy.compactMap({ line.firstMatch(of: $0)?.output.1 }).first else { return nil }
        return ForeignLine(
            cause: """
                it is not about sockets: the program needs \(SafeText.line(String(name))), which is not installed, not where it is \
                looked for, or misspelt
                """,
            next: [
                "install it for the same Python, Node, Java … that runs the program, or correct the name in its text"
            ]
        )
    }

    private static func linking(_ line: String) -> ForeignLine? {
        guard let name = line.firstMatch(of: #/undefined reference to [`'](?:__imp_)?_?(\w+)/#)?.output.1 else {
            return nil
        }
        let calls = [
            "socket", "connect", "bind", "listen", "accept", "send", "recv", "htons", "closesocket", "inet_ntop",
        ]
        guard calls.contains(String(name)) || name.hasPrefix("WSA") else {
            return ForeignLine(
                cause: "it is not about sockets: the program calls \(name), and the linker finds it nowhere",
                next: [
                    "name the file or the library (-l…) that has it when you compile, behind the program's own files"
                ]
            )
        }
        return ForeignLine(
            cause:
                "the linker does not find \(name): on Windows the functions of sockets are in a library of their own",
            next: ["gcc client.c -o client -lws2_32   names that library, behind the file of the program"]
        )
    }

    /// Of languages and compilers, about what a program says or does.
    private static var marks: [Regex<Substring>] {
        [
            #/^(?:\w+\.)*(?:Syntax|Indentation|Tab|Name|Index|Key|Type|ZeroDivision|Recursion)Error\b/#,
            #/^(?:\w+\.)*(?:UnboundLocal|Attribute|Reference|Assertion|Range|NotImplemented)Error\b/#,
            #/(?:NullPointer|ArrayIndexOutOfBounds|IndexOutOfBounds|ClassCast|Arithmetic|NullReference)Exception/#,
            #/[Ii]ndex out of (?:range|bounds)|nil pointer dereference|[Ss]egmentation fault/#,
            #/division by zero|divide by zero|cannot find symbol|undeclared identifier|was not declared in this scope/#,
            #/ undeclared \(first use|Unexpectedly found nil|called `\w+::unwrap\(\)`|cannot find .* in (?:this )?scope/#,
        ]
    }

    /// What the program's own text or data does.
    private static func code(_ line: String) -> ForeignLine? {
        // These may come of a connection that failed: `TypeError: fetch failed`.
        guard !line.contains("fetch"), !line.contains("socket") else { return nil }
        guard marks.contains(where: { line.contains($0) }) else { return nil }
        return ForeignLine(
            cause: "it is about the program's own text or data, and not about a socket: the message names the place",
            next: ["look at that line of the program, and print what is used there right before it"]
        )
    }

    private static func shortage(_ line: String) -> ForeignLine? {
        if line.contains(#/[Nn]o space left on device|[Dd]isk quota exceeded/#) {
            return ForeignLine(cause: "it is not about sockets: the disk is full", next: ["df -h   shows which one"])
        }
        guard
            line.contains(
                #/^Killed\b|: killed |^MemoryError\b|OutOfMemoryError|[Oo]ut of memory|Cannot allocate memory/#
            )
        else {
            return nil
        }
        return ForeignLine(
            cause: "it is not about sockets: the memory was used up, for which the system ends a program (\"Killed\")",
            next: [
                "free -h   shows how much memory there is", "sudo dmesg | tail   says whether the system has ended it",
            ]
        )
    }

    private static func file(_ line: String) -> ForeignLine? {
        guard
            line.contains(
                #/[Nn]o such file or directory|FileNotFound|\bENOENT\b|cannot find the (file|path) specified/#
            )
        else {
            return nil
        }
        return ForeignLine(
            cause: """
                it is about a path that is not there, of a file or folder; a socket is concerned only if that is the path of a \
                Unix socket, whose server has not made it yet
                """,
            next: ["ls -l   in the folder of that path: shows what is there"]
        )
    }
}
