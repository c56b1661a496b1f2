import Foundation
import Testing

/// A terminal for the tool, which Python's `pty` module plays.
enum Terminal {
    /// Runs a command on a terminal and plays `steps`: pairs of what is waited for and what is then typed.
    static let player = """
        import json, os, pty, select, signal, socket, sys, time
        # Started from here it would inherit a mask in which all signals are blocked.
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        steps, command = json.loads(sys.argv[1]), sys.argv[2:]
        pid, fd = pty.fork()
        if pid == 0: os.execv(command[0], command)
        seen, at, deadline = b'', 0, time.monotonic() + 50
        def more():
            global seen
            if not select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]: raise SystemExit('hangs: %r' % seen)
            try: piece = os.read(fd, 65536)
            except OSError: piece = b''
            seen += piece
            return piece != b''
        for wanted, typed, *port in steps:
            while wanted.encode() not in seen[at:]:
                if not more(): raise SystemExit('ended: %r' % seen)
            at = seen.index(wanted.encode(), at) + len(wanted.encode())
            os.write(fd, typed.encode())
            # A third part is a port: who listens there learns that it has come so far.
            if port: socket.create_connection(('127.0.0.1', int(port[0]))).close()
        while more(): pass
        sys.stdout.buffer.write(seen)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """

    static func play(
        _ steps: [[String]],
        _ arguments: [String],
        environment: [String: String] = [:],
        program: String = Program.sockeyePath
    ) throws -> Outcome {
        let json = String(decoding: try JSONEncoder().encode(steps), as: UTF8.self)
        return try Program(
            "/usr/bin/env",
            ["python3", "-u", "-c", player, json, program] + arguments,
            environment: ["TERM": "xterm", "NO_COLOR": ""].merging(environment) { $1 }
        ).finish()
    }
}
