"""The reference behind a port of the test's own process: its real server, in a thread."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance.reference.http.protocol import HttpProtocol
from conformance.reference.server import HOST, ServerOptions, application

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def reference(options: ServerOptions) -> Iterator[int]:
    """Serve until the block is left; gives the port."""
    app = application(options)
    open_now: set[asyncio.BaseTransport] = set()

    class Connection(HttpProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            open_now.add(transport)

    async def listen() -> asyncio.Server:
        return await loop.create_server(
            lambda: Connection(app, app.incoming), HOST, options.port, backlog=512
        )

    async def end() -> None:
        server.close()
        for transport in open_now:
            transport.close()
        await asyncio.sleep(0)  # what is closed is let go of in the next turn of the loop

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
