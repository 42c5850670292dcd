"""Emulators that the tool starts by name where they are installed: how, as data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownTarget:
    """A server of a Python package.

    It is run as ``python -m MODULE`` of our own environment where ``package`` is installed there,
    else of the environment that the program ``script`` on the PATH belongs to. ``{port}`` and
    ``{folder}`` in ``env`` are a free port and an empty folder. It is there as soon as a GET of
    ``ready`` gets any answer. ``wait`` are the seconds that this may take.
    """

    name: str
    module: str
    script: str
    distributions: tuple[str, ...]
    """Where its version is looked up; the first that is installed counts."""
    install: str
    ready: str
    env: dict[str, str] = field(default_factory=dict)
    wait: float = 60.0


STARTED: dict[str, KnownTarget] = {
    one.name: one
    for one in (
        KnownTarget(
            "ministack",
            module="ministack",
            script="ministack",
            distributions=("ministack",),
            install="pip install ministack",
            ready="/_ministack/health",
            env={"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "{port}"},
        ),
        KnownTarget(
            "localstack",
            module="localstack.runtime.main",
            script="localstack",
            distributions=("localstack-core", "localstack"),
            install="pip install 'localstack-core[runtime]'",
            ready="/_localstack/health",
            env={
                "GATEWAY_LISTEN": "127.0.0.1:{port}",
                "FILESYSTEM_ROOT": "{folder}",
                "DISABLE_EVENTS": "1",
                "SKIP_SSL_CERT_DOWNLOAD": "1",
                "DNS_ADDRESS": "0",
            },
            wait=180.0,
        ),
    )
}

KNOWN = ("reference", "moto", *STARTED)
"""Every name that `conformance run` starts something for."""
