"""The asyncio peer on uvloop, libuv's event loop for Python. usage: uvloop_echo.py PORT"""
import sys

import uvloop

from asyncio_echo import serve

if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
