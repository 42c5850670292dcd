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
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: HttpProtocol(app, app.incoming), HOST, options.port)

    async def end(server: asyncio.Server) -> None:
        server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
