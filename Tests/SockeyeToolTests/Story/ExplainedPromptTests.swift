import Foundation
import TestSupport
import Testing

/// `connect --explain` on a terminal.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ExplainedPromptTests {
    @Test func `a prompt whose line has no newline is told, while the server waits for one`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); c.makefile().readline()"))
        let port = try server.firstLine()
        let player = """
            import os, pty, sys
            pid, fd = pty.fork()
            if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
            shown = b''
            def wait(text):
                global shown
                while text not in b' '.join(shown.split()): shown += os.read(fd, 4096)
            wait(b'Type a line'); wait(b'typed a line and pressed Enter')
            os.write(fd, b'hello\\r'); wait(b'its last byte is no newline'); wait(b'With --framing lines')
            print('told'); os.kill(pid, 9)
            """
        let outcome = try Program.python(player, Program.sockeyePath, "connect", "--explain", port).finish()
        #expect(outcome.text == "told\n", "\(outcome.errors)")
        server.send(SIGKILL)
    }

    @Test func `what is explained stands above the line that is being typed`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); c.recv(9); c.recv(9)"))
        let port = try server.firstLine()
        let player = """
            import os, pty, sys
            pid, fd = pty.fork()
            if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
            shown = b''
            def wait(text):
                global shown
                while text not in shown: shown += os.read(fd, 4096)
            wait(b'> '); os.write(fd, b'hello\\r'); wait(b'borders'); os.write(fd, b'half'); wait(b'> half')
            wait(b'waiting to read'); end = len(shown)
            # The line is there again, below.
            while b'> half' not in shown[shown.index(b'waiting to read'):]: shown += os.read(fd, 4096)
            print(b'\\r\\x1b[K' in shown[:end]); os.kill(pid, 9)
            """
        let path = Program.sockeyePath
        let outcome = try Program.python(player, path, "connect", "--explain", port).finish()
        #expect(outcome.text == "True\n", "\(outcome.errors)")
        server.send(SIGKILL)
    }
}
