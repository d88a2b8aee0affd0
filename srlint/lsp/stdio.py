"""Standard input and output as the wire to the editor, and nothing else on it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress

_AT_ONCE = 1 << 16


class Wire:
    """The two streams. What a library prints goes to standard error from here on: a stray line would end the session.

    Reading takes a thread of its own, which does not keep the process alive while it waits.
    """

    def __init__(self) -> None:
        self._in = os.dup(0)
        self._out = os.dup(1)
        sys.stdout.flush()
        os.dup2(2, 1)

    def reader(self) -> asyncio.StreamReader:
        """What the editor says. To be called once, in a running loop."""
        stream = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(stream, loop), name="srlint-stdin", daemon=True).start()
        return stream

    def _read(self, stream: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop has closed meanwhile
            while True:
                try:
                    data = os.read(self._in, _AT_ONCE)
                except OSError:
                    data = b""
                if not data:
                    loop.call_soon_threadsafe(stream.feed_eof)
                    return
                loop.call_soon_threadsafe(stream.feed_data, data)

    def write(self, data: bytes) -> None:
        """Tells the editor something. Once it has gone, nobody listens, and the end of its input will say so."""
        left = memoryview(data)
        with suppress(BrokenPipeError):
            while left:
                left = left[os.write(self._out, left) :]

    def close(self) -> None:
        """The streams are the process's, and end with it."""
