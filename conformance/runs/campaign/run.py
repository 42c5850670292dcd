"""Runs a campaign: submits its parts to Dask, keeps what is finished, shows how it goes."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from conformance.reports.text import Display, one_line
from conformance.runs.campaign.file import NoDask, PartFailed, SchedulerLost
from conformance.runs.campaign.launch import PartResult, run_part
from conformance.runs.campaign.store import Part, Store

if TYPE_CHECKING:
    from distributed import Client, Future


RETRIES = 2
"""A part that fails is tried again so often; one whose worker dies, as often as Dask does."""
CONNECT_SECONDS = 20
_LOCAL = "this machine"


@dataclass(frozen=True, slots=True)
class PartEnded:
    """A part that ended: ``failure`` says why it has no record, "" where it has."""

    part: Part
    seconds: float = 0.0
    failure: str = ""


Listener = Callable[[PartEnded], None]


def run_parts(
    parts: tuple[Part, ...],
    store: Store,
    *,
    scheduler: str | None,
    workers: int | None,
    listen: Listener,
    seconds: float | None = None,
) -> tuple[PartEnded, ...]:
    """Run the missing parts; gives those that failed.

    Parts that are not finished after ``seconds`` are left. Raises NoDask, SchedulerLost.
    """
    missing = tuple(part for part in parts if not store.has(part))
    if not missing:
        return ()
    count = min(workers or os.cpu_count() or 1, len(missing))
    failed = []
    with _client(scheduler, count) as client:
        for ended in _ended(client, missing, store, scheduler or _LOCAL, seconds):
            listen(ended)
            if ended.failure:
                failed.append(ended)
    return tuple(failed)


@contextmanager
def _client(scheduler: str | None, workers: int) -> Iterator[Client]:
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise NoDask from None
    # Its warnings are about connections that end, which the campaign reports itself.
    for name in ("distributed", "tornado", "asyncio", "bokeh"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Idle workers are to take what waits, and none is to start more than it can run.
    settings: dict[str, Any] = {
        "distributed.scheduler.worker-saturation": 1.0,
        "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s",
    }
    with dask.config.set(settings):
        if scheduler is None:
            # Loopback alone, no dashboard, and any free port for the pages that it has instead.
            # What needs memory are the children of a worker.
            with LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                memory_limit=0, silence_logs=logging.CRITICAL,
            ) as cluster, Client(cluster) as client:  # fmt: skip
                yield client
            return
        try:
            _reach(scheduler)
            client = Client(scheduler, timeout=CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise SchedulerLost(scheduler, str(error)) from None
        with client:
            yield client


def _reach(scheduler: str) -> None:
    """Raises OSError where nothing listens: a client of Dask that fails leaves its socket open."""
    where = urlsplit(scheduler)
    if where.scheme != "tcp" or not (where.hostname and where.port):
        return
    end = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            socket.create_connection((where.hostname, where.port), CONNECT_SECONDS).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def _ended(
    client: Client, parts: tuple[Part, ...], store: Store, where: str, seconds: float | None
) -> Iterator[PartEnded]:
    """Each part as it ends, kept at once; workers of another machine go on after the time."""
    from distributed import as_completed

    # With a priority of its own each: the order of the parts is that of the file.
    futures = {
        client.submit(
            run_part, part, key=f"part-{part.digest}", retries=RETRIES, pure=False, priority=-place
        ): part
        for place, part in enumerate(parts)
    }
    for future in _in_time(as_completed(list(futures), timeout=seconds)):
        part = futures.pop(future)
        try:
            result: PartResult = future.result()
        except PartFailed as error:
            yield PartEnded(part, failure=str(error))
        except (asyncio.CancelledError, CancelledError) as error:
            raise SchedulerLost(where, str(error) or type(error).__name__) from None
        except Exception as error:  # noqa: BLE001 - whatever a worker met: one part, not all
            if client.status not in {"running", "connecting"}:
                raise SchedulerLost(where, type(error).__name__) from None
            yield PartEnded(part, failure=f"{type(error).__name__}: {error}")
        else:
            store.keep(part, result.record)
            yield PartEnded(part, result.seconds)
        future.release()


def _in_time(futures: Iterable[Future[Any]]) -> Iterator[Future[Any]]:
    """The futures until their time is over; a TimeoutError of the loop's body is not caught."""
    with suppress(TimeoutError):
        yield from futures


class CampaignProgress(Display):
    """Counts parts by target; use as a context manager."""

    def __init__(self, parts: tuple[Part, ...], store: Store, *, quiet: bool) -> None:
        self._quiet = quiet
        self._of = Counter(part.target.label for part in parts)
        self._done = Counter(part.target.label for part in parts if store.has(part))
        self._failed: Counter[str] = Counter()

    def __enter__(self) -> Self:
        kept = self._done.total()
        if kept and not self._quiet:
            self.say(f"{kept} of {self._of.total()} parts are already finished")
        if sys.stderr.isatty() and not self._quiet:
            from rich.console import Console
            from rich.live import Live

            self._bar = Live(console=Console(stderr=True), refresh_per_second=2)
            self._bar.start()
            self._bar.update(self._table())
        return self

    def show(self, ended: PartEnded) -> None:
        name = ended.part.target.label
        (self._failed if ended.failure else self._done)[name] += 1
        if self._quiet:
            return
        said = f"failed: {one_line(ended.failure)}" if ended.failure else f"{ended.seconds:.1f} s"
        if self._bar is None:
            done = self._done.total() + self._failed.total()
            self.say(f"{done} of {self._of.total()}  {ended.part.name}: {said}")
            return
        if ended.failure:
            self.say(f"{ended.part.name}: {said}")
        self._bar.update(self._table())

    def _table(self) -> Any:
        from rich.table import Table

        table = Table("target", "finished", "failed", "of")
        for name, of in self._of.items():
            table.add_row(name, str(self._done[name]), str(self._failed[name]), str(of))
        return table
