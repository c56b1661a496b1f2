"""What each line of docs/coming-from-netcat.md has to do, by the line as it stands there."""

import os
import pty
import re
import select
import shutil
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable

from conversation import PATIENCE, Broken, Program, free_port
from netcat_proxies import http_proxy, socks_proxy

QUESTION, ANSWER = b"hi\n", b"an answer\n"
#: Numbers on the page, for each of which a port is found that is free.
PORTS = ("1337", "1338", "1339", "4000", "8000", "1080", "3128")


class Place:
    """A folder, free ports and a line that runs there; everything is gone afterwards."""

    def __init__(self, tool: str, line: str, is_ours: bool) -> None:
        self.is_ours = is_ours
        self.folder = Path(tempfile.mkdtemp(prefix="netcat-"))
        (self.folder / "sockeye").symlink_to(os.path.abspath(tool))
        self.ports = {name: free_port() for name in PORTS}
        self.path = str(self.folder / "x.sock")
        self.abstract = f"chat-{os.getpid()}-{self.ports['1337']}"
        self.line = self._here(line)
        self._ends: list[Callable[[], None]] = []

    def _here(self, line: str) -> str:
        line = re.sub(r"\b(%s)\b" % "|".join(PORTS), lambda name: str(self.ports[name[0]]), line)
        line = line.replace("/tmp/x.sock", self.path).replace("@chat", "@" + self.abstract)
        line = line.replace("ABSTRACT-CONNECT:chat", "ABSTRACT-CONNECT:" + self.abstract)
        return re.sub(r"\bhost\b|(?<!-)\bproxy(?=:)", "localhost", line)

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *_) -> None:
        for end in reversed(self._ends):
            end()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def port(self) -> int:
        return self.ports["1337"]

    def write(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)

    def file(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    @property
    def command(self) -> list[str]:
        return ["sh", "-c", f"trap : INT; cd {self.folder} && PATH={self.folder}:$PATH && {self.line}"]

    def run(self) -> Program:
        program = Program(self.line, self.command)
        self._ends.append(program.kill)
        return program

    def listen(self, address: str = "tcp", port: int = 0) -> socket.socket:
        """A server of ours that the line talks to."""
        if address == "tcp":
            server = socket.create_server(("", port or self.port), family=socket.AF_INET6, dualstack_ipv6=True)
        elif address == "udp":
            server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            server.bind(("", self.port))
        else:
            kind = socket.SOCK_DGRAM if address == "datagram" else socket.SOCK_STREAM
            server = socket.socket(socket.AF_UNIX, kind)
            server.bind("\0" + self.abstract if address == "abstract" else self.path)
            if kind == socket.SOCK_STREAM:
                server.listen()
        server.settimeout(PATIENCE)
        self._ends.append(server.close)
        return server

    def connect(self, program: Program, address: str = "tcp", port: int = 0) -> socket.socket:
        """A client of ours for a line that listens."""
        port = port or self.port
        deadline = time.monotonic() + PATIENCE
        while not (Path(self.path).exists() if address == "unix" else is_bound(port, address)):
            if program.process.poll() is not None or time.monotonic() > deadline:
                raise Broken(f"does not listen; it said: {program.words}")
            time.sleep(0.005)
        if address == "unix":
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(PATIENCE)
            while client.connect_ex(self.path):  # there, and not yet listening
                time.sleep(0.005)
        elif address == "udp":
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            client.connect(("127.0.0.1", port))
        else:
            client = socket.create_connection(("127.0.0.1", port), PATIENCE)
        client.settimeout(PATIENCE)
        self._ends.append(client.close)
        return client


def is_bound(port: int, protocol: str) -> bool:
    """Looked up, not tried: many of these servers serve one client only, and that must not be the look."""
    for table in (f"/proc/net/{protocol}", f"/proc/net/{protocol}6"):
        rows = [row.split() for row in Path(table).read_text().splitlines()[1:]]
        if any(row[1].endswith(f":{port:04X}") and (protocol == "udp" or row[3] == "0A") for row in rows):
            return True
    return False


def same(seen, wanted, what: str) -> None:
    if seen != wanted:
        raise Broken(f"{what}: {seen!r} instead of {wanted!r}")


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def read(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (piece := connection.recv(count - len(data))):
        data += piece
    return data


def ended(place: Place, program: Program) -> None:
    status = program.wait_end()
    if place.is_ours:
        same(status, 0, f"its status, and it said {program.words}")


# Lines that connect. `question` is also the name of a file with the question in it.


def client(gets: bytes = QUESTION, reads="line", answers: bytes = ANSWER, closes=True, prints=None, to="tcp", port=0):
    """Gives the line a question, as input or in a file, and the server it connects to an answer."""

    def run(place: Place) -> None:
        place.write("question", QUESTION)
        server = place.listen(to, port)
        program = place.run()
        connection, _ = server.accept()
        connection.settimeout(PATIENCE)
        # Where the input ends is the line's own matter when it reads a file.
        program.give(QUESTION)
        if reads == "end":
            program.end_input()
        seen = read_all(connection) if reads == "end" else read(connection, len(gets))
        same(seen, gets, "what the server got")
        try:
            connection.sendall(answers)
        except OSError:
            pass  # it does not want an answer
        if closes:
            connection.close()
        if reads == "line":
            program.wait_printed(len(answers if prints is None else prints))
            program.end_input()
        ended(place, program)
        connection.close()
        same(bytes(program.printed), answers if prints is None else prints, "what it printed")

    return run


def listener_only(place: Place) -> None:
    """Takes what the server sends, until it ends."""
    server = place.listen()
    program = place.run()
    connection, _ = server.accept()
    connection.sendall(ANSWER)
    connection.close()
    ended(place, program)
    printed = place.file("file") if (place.folder / "file").exists() else bytes(program.printed)
    same(printed, ANSWER, "what came")


def silence(place: Place) -> None:
    """Ends although the server neither says nor closes anything."""
    server = place.listen()
    program = place.run()
    connection, _ = server.accept()
    program.give(QUESTION)
    status = program.wait_end()
    if place.is_ours:
        same(status, 1, "its status")
    connection.close()


def source_port(place: Place) -> None:
    server = place.listen()
    program = place.run()
    connection, peer = server.accept()
    same(peer[1], place.ports["4000"], "the port that it came from")
    connection.close()
    program.end_input()
    ended(place, program)


def on_terminal(place: Place) -> None:
    """A prompt, with what was typed before an arrow away."""
    client()(place)
    if not place.is_ours:
        return
    place.ports["1337"] = free_port()
    server = place.listen()
    line = re.sub(r"\d+$", str(place.port), place.line)
    child, terminal = pty.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.environ["TERM"] = "xterm"
        os.chdir(place.folder)
        os.execv("sockeye", line.split())
    connection, _ = server.accept()
    connection.settimeout(PATIENCE)
    seen = b""

    def until(wanted: bytes) -> None:
        nonlocal seen
        while wanted not in seen:
            if not select.select([terminal], [], [], PATIENCE)[0]:
                raise Broken(f"no {wanted!r} on the terminal: {seen!r}")
            seen += os.read(terminal, 65536)
        seen = seen[seen.index(wanted) + len(wanted) :]

    until(b"> ")
    os.write(terminal, b"one\r")
    same(read(connection, 3), b"one", "the line")
    connection.sendall(b"back\n")
    until(b"back")
    until(b"> ")
    os.write(terminal, b"\x1b[A\r")
    same(read(connection, 3), b"one", "the line again")
    os.write(terminal, b"exit\r")
    connection.close()
    os.waitpid(child, 0)
    os.close(terminal)


def crlf(place: Place) -> None:
    client(gets=b"hi\r\n")(place)


def through(proxy, number: str):
    def run(place: Place) -> None:
        listener = place.listen(port=place.ports[number])
        threading.Thread(target=proxy, args=(listener, place.port), daemon=True).start()
        client()(place)

    return run


def not_yet_there(place: Place) -> None:
    """The server comes after the first attempt has failed."""
    program = place.run()
    if place.is_ours:
        deadline = time.monotonic() + PATIENCE
        while b"more attempts" not in program.said and time.monotonic() < deadline:
            time.sleep(0.005)
    server = place.listen()
    connection, _ = server.accept()
    connection.sendall(ANSWER)
    connection.close()
    program.end_input()
    ended(place, program)
    same(bytes(program.printed), ANSWER, "what it printed")


def answers_there(place: Place) -> None:
    server = place.listen()
    ended(place, place.run())
    server.accept()[0].close()


def scan(place: Place) -> None:
    place.listen()
    program = place.run()
    program.wait_end()
    rows = program.printed.decode().splitlines()
    same([any(f"{word} " in row for row in rows) for word in ("connected", "connection refused")], [True, True], "rows")


def sends_folder(place: Place) -> None:
    (place.folder / "folder").mkdir()
    place.write("folder/name", b"contents")
    server = place.listen()
    program = place.run()
    connection, _ = server.accept()
    connection.settimeout(PATIENCE)
    archive = read_all(connection)
    connection.close()
    ended(place, program)
    assert b"folder/name" in archive and b"contents" in archive, "no archive"


# Lines that listen.


def one_client(to: str = "tcp"):
    def run(place: Place) -> None:
        program = place.run()
        connection = place.connect(program, to)
        program.give(ANSWER)
        same(read(connection, len(ANSWER)), ANSWER, "what the client got")
        connection.sendall(QUESTION)
        program.wait_printed(len(QUESTION))
        connection.close()
        program.end_input()
        ended(place, program)
        same(bytes(program.printed), QUESTION, "what it printed")

    return run


def prints_clients(place: Place) -> None:
    """Two of them, one after the other."""
    program = place.run()
    for number in (1, 2):
        with place.connect(program) as connection:
            connection.sendall(QUESTION)
            connection.shutdown(socket.SHUT_WR)
            program.wait_printed(number * len(QUESTION))
    same(bytes(program.printed), 2 * QUESTION, "what it printed")


def takes_file(place: Place) -> None:
    program = place.run()
    with place.connect(program) as connection:
        connection.sendall(b"\0\xff" * 9999)
    program.end_input()
    ended(place, program)
    same(place.file("file"), b"\0\xff" * 9999, "the file")


def gives_file(place: Place) -> None:
    place.write("file", b"\0\xff" * 9999)
    program = place.run()
    connection = place.connect(program)
    same(read_all(connection), b"\0\xff" * 9999, "what the client got")
    connection.close()
    ended(place, program)


def unpacks(place: Place) -> None:
    (place.folder / "sent").mkdir()
    place.write("sent/name", b"contents")
    archive = os.popen(f"cd {place.folder} && tar c sent && rm -r sent").buffer.read()
    program = place.run()
    with place.connect(program) as connection:
        connection.sendall(archive)
    program.end_input()
    ended(place, program)
    same(place.file("sent/name"), b"contents", "the unpacked file")


def answers(question: bytes, answer: bytes, to: str = "tcp"):
    """Whatever runs for a client gets its question and the end, and the client the answer."""

    def run(place: Place) -> None:
        program = place.run()
        connection = place.connect(program, to)
        connection.sendall(question)
        if to == "udp":
            return same(connection.recv(65536), answer, "what the client got")
        connection.shutdown(socket.SHUT_WR)
        same(b" ".join(read_all(connection).split()), b" ".join(answer.split()), "what the client got")

    return run


def hub(place: Place) -> None:
    program = place.run()
    first, second = place.connect(program), place.connect(program)
    # Who has just connected is a member only when the server has seen it: so each says something until the other hears it.
    for speaker, hearer in ((first, second), (second, first)):
        hearer.settimeout(0.2)
        deadline = time.monotonic() + PATIENCE
        while True:
            speaker.sendall(b"hello\n")
            try:
                assert b"hello\n" in hearer.recv(65536), "it hears something else"
                break
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise Broken("one member does not hear the other") from None


def datagram_client(place: Place) -> None:
    server = place.listen("udp")
    program = place.run()
    program.give(QUESTION)
    program.end_input()
    seen, peer = server.recvfrom(65536)
    same(seen, QUESTION, "the datagram")
    server.sendto(ANSWER, peer)
    ended(place, program)
    same(bytes(program.printed), ANSWER, "what it printed")


def datagram_server(place: Place) -> None:
    program = place.run()
    place.connect(program, "udp").send(QUESTION)
    program.wait_printed(len(QUESTION))
    same(bytes(program.printed), QUESTION, "what it printed")


def unix_datagram(place: Place) -> None:
    server = place.listen("datagram")
    program = place.run()
    program.give(QUESTION)
    program.end_input()
    same(server.recv(65536), QUESTION, "the datagram")


def relay(listens="tcp", to="tcp", printed=None, file=None):
    def run(place: Place) -> None:
        server = place.listen(to)
        program = place.run()
        client = place.connect(program, listens, place.ports["8000"])
        connection, _ = server.accept()
        connection.settimeout(PATIENCE)
        client.sendall(QUESTION)
        client.shutdown(socket.SHUT_WR)
        same(read_all(connection), QUESTION, "what the server got")
        connection.sendall(ANSWER)
        connection.close()
        same(read_all(client), ANSWER, "what the client got")
        if place.is_ours:
            os.killpg(program.process.pid, signal.SIGINT)
            ended(place, program)
            if printed is not None:
                assert printed in program.printed + program.said, f"it printed {bytes(program.printed)!r}"
            if file:
                assert b'"text":"hi\\n"' in place.file(file), "the recording lacks the question"

    return run


def explained(place: Place) -> None:
    client()(place)


LINES: dict[str, Callable[[Place], None]] = {
    "sockeye connect host:1337": on_terminal,
    "sockeye connect host:1337 < question": client(reads="end"),
    "sockeye connect --no-half-close host:1337 < question": client(),
    "sockeye connect --wait 2s host:1337 < question": client(closes=False),
    "sockeye connect --send-only host:1337 < question": client(reads="end", prints=b""),
    "sockeye connect --receive-only host:1337": listener_only,
    "sockeye connect --receive-only host:1337 > file": listener_only,
    "sockeye connect --timeout 3s --idle-timeout 3s host:1337": silence,
    "sockeye connect --idle-timeout 3s host:1337": silence,
    "sockeye connect --timeout 3s host:1337": client(),
    "sockeye connect -4 host:1337": client(),
    "sockeye connect -6 host:1337": client(),
    "sockeye connect --source 127.0.0.1 host:1337": client(),
    "sockeye connect --source 0.0.0.0:4000 host:1337": source_port,
    "sockeye connect --crlf host:1337": crlf,
    "sockeye connect --explain host:1337": explained,
    "sockeye connect --retry 30 --every 1s host:1337": not_yet_there,
    "sockeye connect --keep-alive 60s host:1337": client(),
    "sockeye connect --proxy socks5://proxy:1080 host:1337": through(socks_proxy, "1080"),
    "sockeye connect --proxy http://proxy:3128 host:1337": through(http_proxy(), "3128"),
    "sockeye connect --proxy http://me:secret@proxy:3128 host:1337": through(http_proxy(b"me:secret"), "3128"),
    "sockeye resolve host --connect 1337": answers_there,
    "for port in 1337 1338 1339; do sockeye resolve host --connect $port; done": scan,
    "tar c folder | sockeye connect --send-only host:1337": sends_folder,
    "sockeye serve --terminal '*:1337'": one_client(),
    "sockeye serve --discard '*:1337'": prints_clients,
    "sockeye serve --receive file '*:1337'": takes_file,
    "sockeye serve --once --send file '*:1337'": gives_file,
    "sockeye serve --once --discard '*:1337' | tar x": unpacks,
    "sockeye serve --discard --allow 127.0.0.1 '*:1337'": prints_clients,
    "sockeye serve --discard --max-connections 10 '*:1337'": prints_clients,
    "sockeye serve --echo '*:1337'": answers(QUESTION, QUESTION),
    "sockeye serve --exec wc '*:1337'": answers(b"one two\nthree\n", b"2 3 14"),
    "sockeye serve --shell 'tr a-z A-Z | rev' '*:1337'": answers(b"abc\n", b"CBA\n"),
    "sockeye serve --hub '*:1337'": hub,
    "sockeye serve --hub --framing lines '*:1337'": hub,
    "sockeye connect unix:/tmp/x.sock": client(to="unix"),
    "sockeye serve --terminal unix:/tmp/x.sock": one_client("unix"),
    "sockeye connect unix:@chat": client(to="abstract"),
    "sockeye connect --wait 1s udp:host:1337": datagram_client,
    "sockeye serve --discard 'udp:*:1337'": datagram_server,
    "sockeye serve --echo 'udp:*:1337'": answers(QUESTION, QUESTION, "udp"),
    "sockeye connect unix-datagram:/tmp/x.sock": unix_datagram,
    "sockeye relay --show none --quiet '*:8000' host:1337": relay(),
    "sockeye relay --show none --quiet '*:8000' unix:/tmp/x.sock": relay(to="unix"),
    "sockeye relay --show none --quiet unix:/tmp/x.sock host:1337": relay(listens="unix"),
    "sockeye relay '*:8000' host:1337": relay(printed=ANSWER),
    "sockeye relay --show hex '*:8000' host:1337": relay(printed=b"68 69 0a"),
    "sockeye relay --record talk.jsonl '*:8000' host:1337": relay(file="talk.jsonl"),
}

#: Lines of the left column, or whole rows by the line of the right one, that need something else to be shown.
DIFFERENT = {
    "socat READLINE TCP:host:1337",
    "rlwrap nc host 1337",
    "nc -z host 1337-1339",
    # It goes on for as long as the server does, whatever -q says, and prints what comes meanwhile.
    "nc -q 2 host 1337 < question",
    "nc -q 0 host 1337 < question",
    # These drop the answer when the client has finished sending.
    "ncat -lk 1337 -e /bin/cat",
    "ncat -lk 1337 -e /usr/bin/wc",
    "ncat -lk 1337 -c 'tr a-z A-Z | rev'",
    "sockeye serve --hub --framing lines '*:1337'",
    "socat TCP-LISTEN:1337,fork,max-children=10 -",
    "sockeye relay --record talk.jsonl '*:8000' host:1337",
}

# The others ask the hosts file, which may know localhost by its IPv4 address alone.
try:
    socket.getaddrinfo("localhost", None, socket.AF_INET6)
except socket.gaierror:
    DIFFERENT.add("sockeye connect -6 host:1337")
