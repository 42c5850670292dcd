"""Every requirement as a pytest test, in the test suite of an emulator.

In a ``conftest.py``::

    from conformance.suite import Suite

    conformance = Suite(services=["apigateway"], fixture="emulator_url")

or, without writing anything, ``pytest --pyargs conformance.suite --conformance-target URL``.
This module is loaded by every pytest of an environment: it imports nothing that takes time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Suite:
    """What is tested and where; the options of the command line come before these.

    Args:
        services: The services, all that have a contract if there are none.
        requirements: Globs of ids, as ``conformance run --requirement`` takes them.
        exclude: Globs of ids to leave out, as ``--exclude`` takes them.
        given: Resources that are there, as ``--given`` of ``conformance run`` takes them.
        may_change: What is given may be changed; it is never deleted.
        target: A URL, ``moto`` or ``reference``.
        fixture: Instead of it, the name of a fixture of session scope that gives the URL; it
            starts the emulator and may end it afterwards.
        baseline: A file of accepted failures: each is a strict xfail.
        profile: ``quick``, ``standard`` or ``deep``.
        seed: Fixes every request but the names.
        auth: Signatures are ``off``, ``report`` or ``require``, as of ``conformance run --auth``.
        strict: Failures of level strict fail, too.
        timeout: The time limit in seconds for one exchange.
        time_limit: Seconds after which the run ends; what it did not reach fails at the levels of
            the gate, and is skipped at the others. With workers each has that time.
        max_requests: Requests after which the run ends, likewise.
    """

    services: Sequence[str] = ()
    requirements: Sequence[str] = ()
    exclude: Sequence[str] = ()
    given: Sequence[str] = ()
    may_change: bool = False
    target: str = ""
    fixture: str = ""
    baseline: str = ""
    profile: str = "standard"
    seed: int = 0
    auth: str = "report"
    strict: bool = False
    timeout: float = 10.0
    time_limit: float | None = None
    max_requests: int | None = None


OPTIONS: dict[str, dict[str, Any]] = {
    "target": {"metavar": "URL", "help": "the target to test: a URL, or moto"},
    "service": {"action": "append", "metavar": "NAME", "help": "test only this service"},
    "exclude": {"action": "append", "metavar": "GLOB", "help": "leave out ids that match"},
    "given": {
        "action": "append",
        "metavar": "MEMBER=VALUE",
        "help": "an existing resource, which is read and never deleted",
    },
    "may-change": {
        "action": "store_true",
        "default": None,
        "help": "the given resource may be changed; it is restored at the end",
    },
    "baseline": {"metavar": "FILE", "help": "accepted failures"},
    "seed": {"type": int, "metavar": "N", "help": "the seed, which fixes every request"},
    "profile": {
        "choices": ["quick", "standard", "deep"],
        "help": "how far to test beyond the documented boundaries",
    },
    "auth": {
        "choices": ["off", "report", "require"],
        "help": "do not test signatures, report whether they are checked, or require that",
    },
    "time-limit": {"type": float, "metavar": "S", "help": "end the run after S seconds"},
    "max-requests": {"type": int, "metavar": "N", "help": "end the run after N requests"},
}
"""The options, which come before what a conftest says: each is a field of ``Suite``."""

__all__ = ["Suite"]
