"""asyncio's streams, as its documentation takes messages apart: readline, and readexactly for lengths.

usage: asyncio_framed.py text|lines|u16 PORT
"""
import asyncio
import sys

BUFFER_BYTES = 64 * 1024


async def serve(kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    count = total = 0
    while True:
        if kind == "u16":
            try:
                length = int.from_bytes(await reader.readexactly(2), "big")
            except asyncio.IncompleteReadError:
                break
            message = await reader.readexactly(length)
        else:
            line = await reader.readline()
            if not line:
                break
            message = line[:-1]
            if kind == "text":
                text = message.decode()
                total += ord(text[0]) + ord(text[-1])
                count += 1
                continue
        total += message[0] + message[-1]
        count += 1
    writer.write(f"{count} {total}\n".encode())
    await writer.drain()
    writer.close()


async def main() -> None:
    if len(sys.argv) != 3 or sys.argv[1] not in ("text", "lines", "u16"):
        sys.exit(__doc__)
    kind = sys.argv[1]
    server = await asyncio.start_server(
        lambda reader, writer: serve(kind, reader, writer), "127.0.0.1", int(sys.argv[2]), limit=BUFFER_BYTES
    )
    await server.serve_forever()


asyncio.run(main())
