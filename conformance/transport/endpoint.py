"""From what the user names as the target to something that accepts requests.

Starting and waiting are apart: a child process loads while the tool itself still loads. This
module imports nothing slow.
"""

from __future__ import annotations

import importlib.util
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from conformance import __version__
from conformance.transport.address import host_and_port, is_loopback, is_real, parse_url
from conformance.transport.child import Child
from conformance.transport.errors import MalformedURL, NotInstalled, RealAWS, Unreachable
from conformance.transport.targets.known import KNOWN, STARTED, KnownTarget

if TYPE_CHECKING:
    from conformance.transport.targets.own import OwnTarget

START_SECONDS = 30.0
"""How long a child process may take until it listens."""

_CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """A target that accepts requests: ``url`` has no trailing slash.

    ``version`` is known for what the tool starts itself.
    """

    name: str
    url: str
    version: str | None
    is_loopback: bool
    takes_test_keys: bool = False
    """Whatever credentials are set, test/test signs: the target knows no others."""


class Starting(ABC):
    """A target on its way."""

    def expect(self, signing_name: str, path: str) -> None:  # noqa: B027 - most load as they do
        """Tell of a GET request that can be answered soon, so that it can be loaded for ahead.

        Only worth something before ``wait_ready``, and only to a target that we start.
        """

    @abstractmethod
    def wait_ready(self, timeout: float = START_SECONDS) -> Target:
        """The target, as soon as it accepts requests. Raises the CouldNotTest that says why not."""

    def close(self) -> None:  # noqa: B027 - nothing was started for what runs elsewhere
        """End what was started for it."""


def start(
    text: str, *, ca_bundle: Path | None = None, own: Mapping[str, OwnTarget] | None = None
) -> Starting:
    """Begin to make a target available and return at once.

    ``text`` is a name that is known (see conformance.transport.targets), one of the user's ``own``,
    or a URL. Raises MalformedURL (it is none of these), RealAWS (a URL of AWS), NotInstalled (the
    name of an emulator that is not installed).
    """
    if own and text in own:
        return _Named(text, own[text], ca_bundle)
    if text == "reference":
        return _Child("reference", "conformance.reference", "--auth", "--with-parent")
    if text == "moto":
        if any(importlib.util.find_spec(name) is None for name in ("moto", "flask_cors")):
            raise NotInstalled("moto")
        return _Child("moto", "conformance.transport.moto_server")
    if text in STARTED:
        return _Named(text, STARTED[text], ca_bundle)
    url = target_url(text, [*KNOWN, *(own or ())])
    if is_real(url):
        raise RealAWS(url)
    return _Remote(url, ca_bundle)


@contextmanager
def open_target(
    text: str, *, ca_bundle: Path | None = None, own: Mapping[str, OwnTarget] | None = None
) -> Iterator[Target]:
    """Start a target, wait for it and end it afterwards; see ``start`` and ``wait_ready``."""
    starting = start(text, ca_bundle=ca_bundle, own=own)
    try:
        yield starting.wait_ready()
    finally:
        starting.close()


class _Child(Starting):
    """A server that we start as a Python module: the embedded model, or moto."""

    def __init__(self, name: str, module: str, *arguments: str) -> None:
        self._name, self._child = name, Child(name, module, *arguments)

    def expect(self, signing_name: str, path: str) -> None:
        self._child.tell(f"{signing_name} {path}")

    def wait_ready(self, timeout: float = START_SECONDS) -> Target:
        self._child.tell("")  # moto waits for it, the reference passes over it
        url = self._child.wait_ready(timeout)
        if self._name == "reference":
            return Target(self._name, url, __version__, is_loopback=True, takes_test_keys=True)
        import importlib.metadata

        return Target(self._name, url, importlib.metadata.version(self._name), is_loopback=True)

    def close(self) -> None:
        self._child.close()


class _Named(Starting):
    """An emulator that is installed, or what the user's file says how to start."""

    def __init__(
        self, name: str, described: KnownTarget | OwnTarget, ca_bundle: Path | None
    ) -> None:
        # Slow to import, and of no use to a target that runs already.
        from conformance.transport.targets.started import start_known, start_own

        if isinstance(described, KnownTarget):
            self._target = start_known(described)
        else:
            self._target = start_own(name, described)
        self._ca_bundle = ca_bundle

    def wait_ready(self, timeout: float = START_SECONDS) -> Target:
        """The target; how long that may take is in its description."""
        started = self._target
        started.wait_ready()
        url = parse_url(started.url)
        if is_real(url):
            raise RealAWS(url)
        reached = _Remote(url, self._ca_bundle).wait_ready(timeout)
        return replace(reached, name=started.name, version=started.version)

    def close(self) -> None:
        self._target.close()


class _Remote(Starting):
    """Something that somebody else runs."""

    def __init__(self, url: str, ca_bundle: Path | None) -> None:
        self._url, self._ca_bundle = url, ca_bundle

    def wait_ready(self, timeout: float = START_SECONDS) -> Target:
        """Connect once, so that a wrong address is reported before any request is planned."""
        host, port = host_and_port(self._url)
        local = is_loopback(host)
        if local or not _proxied(self._url):
            self._connect(host, port, min(timeout, _CONNECT_SECONDS))
        return Target(self._url, self._url, None, is_loopback=local)

    def _connect(self, host: str, port: int, timeout: float) -> None:
        try:
            connection = socket.create_connection((host, port), timeout)
        except OSError as error:
            raise Unreachable(host, port, error.strerror or str(error)) from error
        with connection:
            if self._url.startswith("https:"):
                # Slow to import, and of no use without TLS.
                from conformance.transport import tls

                tls.check(connection, (host, port), self._ca_bundle)


def target_url(text: str, names: Sequence[str] = KNOWN) -> str:
    """The text as a URL. Raises MalformedURL, which suggests names that are alike."""
    try:
        return parse_url(text)
    except MalformedURL as error:
        if "://" in text:
            raise
        import difflib

        alike = difflib.get_close_matches(text.lower(), names, 3, 0.6)
        raise MalformedURL(text, error.reason, alike) from None


def _proxied(url: str) -> bool:
    from requests.utils import get_environ_proxies, select_proxy

    return select_proxy(url, get_environ_proxies(url)) is not None
