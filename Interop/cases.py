"""The grid's columns: each is a conversation, and what must be true of its bytes and statuses afterwards."""

import random
import time

from conversation import Broken, Conversation

SHORT = b"hello from the client\n", b"and one from the server\n"
# Every byte value, in every neighbourhood: line ends, NUL, 0xFF, and no UTF-8.
BINARY = bytes(range(256)) * 64 + b"\r\n\r\n\x00\xff\xff\xfe" + bytes(reversed(range(256))) * 64
BIG = random.Random(1337).randbytes(1 << 20) * 100
#: socat gives up half a second after one direction's end; a late reply comes after that.
LATE_SECONDS = 1.2


def check(what: str, got: bytes, expected: bytes) -> None:
    if got == expected:
        return
    same = next((i for i, (a, b) in enumerate(zip(got, expected)) if a != b), min(len(got), len(expected)))
    raise Broken(
        f"{what}: {len(got)} bytes of {len(expected)}, differing at {same}: "
        f"{bytes(got[same:same + 20])!r} for {expected[same:same + 20]!r}"
    )


def settle(talk: Conversation, ours: str, client_sent: bytes, server_sent: bytes) -> None:
    """Both end; each has what the other sent; ours ends with 0."""
    for program in (talk.client, talk.server):
        status = program.wait_end()
        if program.name == ours and status != 0:
            raise Broken(f"{ours} ended with {status}: {program.words}")
    check(f"from {talk.client.name} to {talk.server.name}", talk.server.printed, client_sent)
    check(f"from {talk.server.name} to {talk.client.name}", talk.client.printed, server_sent)


def both_ways(talk: Conversation, ours: str, client_sends: bytes, server_sends: bytes) -> None:
    talk.client.give(client_sends)
    talk.server.give(server_sends)
    # Both inputs stay open until all has come: these cases are about bytes, the end has cases of its own.
    talk.server.wait_printed(len(client_sends))
    talk.client.wait_printed(len(server_sends))
    talk.client.end_input()
    talk.server.end_input()
    settle(talk, ours, client_sends, server_sends)


def short(talk: Conversation, ours: str) -> None:
    both_ways(talk, ours, *SHORT)


def binary(talk: Conversation, ours: str) -> None:
    both_ways(talk, ours, BINARY, BINARY[::-1])


def hundred_megabytes(talk: Conversation, ours: str) -> None:
    both_ways(talk, ours, BIG, BIG[::-1])


def client_finishes_first(talk: Conversation, ours: str) -> None:
    question, answer = SHORT
    talk.client.give(question)
    talk.client.end_input()
    talk.server.wait_printed(len(question))
    talk.server.give(answer * 1000)
    talk.server.end_input()
    settle(talk, ours, question, answer * 1000)


def server_finishes_first(talk: Conversation, ours: str) -> None:
    question, answer = SHORT
    talk.server.give(answer)
    talk.server.end_input()
    talk.client.wait_printed(len(answer))
    talk.client.give(question * 1000)
    talk.client.end_input()
    settle(talk, ours, question * 1000, answer)


def late_reply(talk: Conversation, ours: str) -> None:
    question, answer = SHORT
    talk.client.give(question)
    talk.client.end_input()
    talk.server.wait_printed(len(question))
    time.sleep(LATE_SECONDS)
    talk.server.give(answer)
    talk.server.end_input()
    settle(talk, ours, question, answer)


def peer_killed(talk: Conversation, ours: str) -> None:
    """The other program dies in mid-conversation: ours shows what had come and ends, with a status that it defines."""
    question, answer = SHORT
    talk.client.give(question)
    talk.server.give(answer)
    talk.server.wait_printed(len(question))
    talk.client.wait_printed(len(answer))
    us, them = (talk.client, talk.server) if talk.client.name == ours else (talk.server, talk.client)
    them.kill()
    us.end_input()
    status = us.wait_end()
    if status not in (0, 1):
        raise Broken(f"{ours} ended with {status}: {us.words}")


CASES = {
    "short message": short,
    "100 MB both ways": hundred_megabytes,
    "client finishes first": client_finishes_first,
    "server finishes first": server_finishes_first,
    "late reply": late_reply,
    "peer killed": peer_killed,
    "binary data": binary,
}
