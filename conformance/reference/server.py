"""The reference as a server: one process, one thread, one port on the loopback address."""

import asyncio
import contextlib
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.errors import CouldNotTest
from conformance.reference.ambiguities import ReadingName, reading
from conformance.reference.application import Application, Setting
from conformance.reference.clock import Identifiers
from conformance.reference.faults import Composed, InjectedFault
from conformance.reference.http.protocol import HttpProtocol
from conformance.reference.signatures import Checks, Signatures, SigningKey

HOST = "127.0.0.1"

TEST_KEYS = {"test": SigningKey("test")}
"""What a client signs with that has no credentials: it need not keep a secret from itself."""


class PortTaken(CouldNotTest):
    """The port cannot be listened on."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(f"cannot listen on {HOST}:{port}: {reason}", "choose another --port")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How to serve: port 0 takes a free one; ``with_parent`` ends it when standard input ends."""

    port: int = 0
    reading: ReadingName = "a"
    faults: tuple[str, ...] = ()
    seed: int | None = None
    """Makes ids and generated values repeat."""
    with_parent: bool = False
    keys: Mapping[str, SigningKey] | None = None
    """The access keys whose signatures are taken; None looks at no signature."""


def application(options: ServerOptions) -> Application:
    """The application that the options describe; raises UnknownFault."""
    from conformance.reference.tables import load

    contracts = load()
    faults: tuple[InjectedFault, ...] = ()
    if options.faults:  # an honest reference loads none of them
        from conformance.reference.mutations import select

        faults = select(options.faults, contracts)
    keys = options.keys
    if keys is None and any(fault.checks for fault in faults):
        keys = TEST_KEYS
    checks = Composed(faults).changed("checks", Checks())
    # A signature's age goes by the machine's time, as its date does: a clock that a test moves on
    # (what the models tell) must not make it old.
    setting = Setting(
        readings=reading(options.reading),
        faults=faults,
        identifiers=Identifiers(options.seed),
        authenticate=None if keys is None else Signatures(keys, time.time, checks),
    )
    return Application(contracts, setting)


def serve(options: ServerOptions, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT or end of input; ``announce`` gets the URL. Raises PortTaken."""
    app = application(options)
    gc.freeze()  # what was loaded lives as long as the process: no use in looking at it again
    gc.set_threshold(50_000)
    asyncio.run(_serve(app, options, announce))


async def _serve(app: Application, options: ServerOptions, announce: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # where loops have no signal handlers
            loop.add_signal_handler(number, ended.set)
    try:
        server = await loop.create_server(
            lambda: HttpProtocol(app, app.incoming), HOST, options.port, backlog=512
        )
    except OSError as error:
        raise PortTaken(options.port, error.strerror or str(error)) from error
    if options.with_parent:
        threading.Thread(target=_end_with_input, args=(loop, ended), daemon=True).start()
    port = server.sockets[0].getsockname()[1]
    announce(f"http://{HOST}:{port}")
    await ended.wait()
    server.close()


def _end_with_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Set ``ended`` when standard input ends, as a pipe does with the process that made it."""
    while os.read(0, 4096):
        pass
    with contextlib.suppress(RuntimeError):  # the loop has ended by itself
        loop.call_soon_threadsafe(ended.set)
