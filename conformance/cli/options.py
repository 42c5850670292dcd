"""The options that several commands have: which they are, and what each is turned into."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli import print_error
from conformance.contract import locate
from conformance.contract.globs import excluding
from conformance.contract.model import ProtocolName
from conformance.record import Shard
from conformance.runs import recording
from conformance.transport.extra_headers import ExtraHeaders, read_headers

if TYPE_CHECKING:
    from conformance.contract.given_values import Given
    from conformance.engine.outcome import Job
    from conformance.record import VerdictLine
    from conformance.record.baseline import Gate


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def together(*options: Decorator) -> Decorator:
    """Several options as one decorator, in the order in which help lists them."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


PATH, FILE = click.Path(path_type=Path), click.Path(dir_okay=False, path_type=Path)
POSITIVE, COUNT = click.FloatRange(min=0, min_open=True), click.IntRange(min=1)
PROFILES = click.Choice(["quick", "standard", "deep"])

timeout_option = click.option(
    "--timeout", type=POSITIVE, default=10.0, show_default=True,
    help="The time limit in seconds for one exchange.",
)  # fmt: skip
rate_option = click.option(
    "--rate", type=POSITIVE, help="The maximum number of requests per second."
)
limit_options = together(
    click.option(
        "--time-limit", type=POSITIVE, metavar="SECONDS",
        help="End the run cleanly after this time.",
    ),
    click.option(
        "--max-requests", type=COUNT, metavar="N",
        help="End the run cleanly after this many requests.",
    ),
)  # fmt: skip
ca_bundle_option = click.option("--ca-bundle", type=PATH, help="Certificates to trust for https.")
header_option = click.option(
    "--header", "headers", multiple=True, metavar="NAME:VALUE",
    help="Send this header with every request, unsigned; ${NAME} stands for an environment"
    " variable (repeatable).",
)  # fmt: skip
service_option = click.option(
    "--service", "services", multiple=True, help="Only this service (repeatable)."
)


def parse_headers(texts: tuple[str, ...]) -> ExtraHeaders:
    """The headers that the option named. Raises BadHeader."""
    return read_headers(texts, os.environ)


# -- contracts: the user's own, and the protocol of services that have several -------------------

SPECS = "conformance.specs"
"""Where the context of a command keeps the folder of ``--specs`` as it was given."""
PROTOCOL = "conformance.protocol"
"""Where the context of a command keeps the protocol of ``--protocol``."""


def _use(context: click.Context, _option: click.Parameter, folder: Path | None) -> None:
    context.meta[SPECS] = folder
    locate.use(folder)
    context.call_on_close(lambda: locate.use(None))


def _speak(context: click.Context, _option: click.Parameter, protocol: str | None) -> None:
    context.meta[PROTOCOL] = protocol
    locate.use_protocol(protocol)
    context.call_on_close(lambda: locate.use_protocol(None))


specs_option = click.option(
    "--specs", type=PATH, metavar="FOLDER", callback=_use, expose_value=False, is_eager=True,
    help=f"Use your own contracts: a folder with SERVICE/{locate.SPEC}, or the folder of one"
    " service.",
)  # fmt: skip
protocol_option = click.option(
    "--protocol", type=click.Choice([str(one) for one in ProtocolName]), callback=_speak,
    expose_value=False, is_eager=True,
    help="The protocol to speak if a service has several (default: the one that SDKs use).",
)  # fmt: skip

# -- resources that the user names ----------------------------------------------------------------

given_option = click.option(
    "--given", multiple=True, metavar="MEMBER=VALUE",
    help="Use an existing resource: fill in this value wherever a request takes MEMBER, or with"
    " KIND.MEMBER=... only for one kind of resource. The run reads it and never deletes it"
    " (repeatable).",
)  # fmt: skip
given_options = together(
    given_option,
    click.option(
        "--may-change", is_flag=True,
        help="Allow updates and tags to change the given resource; the run restores it at the end.",
    ),
)  # fmt: skip


def take_given(options: dict[str, Any]) -> Given:
    """Pop both options off a command line. Raises BadGiven."""
    from conformance.contract.given import BadGiven, read_given

    texts, may_change = options.pop("given"), bool(options.pop("may_change", False))
    if may_change and not texts:
        raise BadGiven("--may-change needs --given MEMBER=VALUE")
    return read_given(texts, may_change=may_change)


# -- which requirements --------------------------------------------------------------------------

requirement_option = click.option(
    "--requirement", "globs", multiple=True,
    help="Test only ids that match this glob, or with a leading ! only those that do not"
    " (repeatable).",
)  # fmt: skip
exclude_option = click.option(
    "--exclude", "excluded", multiple=True, metavar="GLOB",
    help="Leave out ids that match; the tool sends no probe of an operation that is left out"
    " entirely (repeatable).",
)  # fmt: skip
changed_since_option = click.option(
    "--changed-since", type=FILE, metavar="RECORD",
    help="Test only what failed in this record, was not decided, or is new since then.",
)  # fmt: skip


def take_globs(given: dict[str, Any]) -> tuple[str, ...]:
    """Pop both options off a command line: one filter, in which ``!`` marks exclusions."""
    return excluding(given.pop("globs"), given.pop("excluded"))


_FORM = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


def read_shard(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> Shard | None:
    """Parse ``I/N``, part I of N, counted from 1; a part beyond the last is bad usage."""
    if text is None:
        return None
    found = _FORM.fullmatch(text)
    if found is None or int(found[1]) > int(found[2]):
        why = f"{text!r} is not I/N, part I of N, for example 2/3"
        raise click.BadParameter(why, context, parameter)
    return Shard(int(found[1]), int(found[2]))


shard_option = click.option(
    "--shard", callback=read_shard, metavar="I/N",
    help="Test only part I of N; `report merge` combines the parts.",
)  # fmt: skip


def cut(jobs: list[Job], shard: Shard | None) -> list[Job]:
    """The jobs, or the shard's part of them. Raises EmptyShard."""
    if shard is None:
        return jobs
    from conformance.engine.outcome import part_of

    return part_of(jobs, shard)


# -- what fails a run -----------------------------------------------------------------------------

OPEN = 3
"""The exit code of a run that could not test what matters."""
strict_option = click.option(
    "--strict", is_flag=True, help="Failures of level strict fail the gate, too."
)
baseline_option = click.option(
    "--baseline", type=FILE, metavar="FILE", help="Accept the failures that this file lists."
)
gate_options = together(
    strict_option,
    click.option(
        "--fail-on-unsupported", is_flag=True, help="Unsupported operations fail the gate, too."
    ),
    baseline_option,
    click.option(
        "--strict-baseline", is_flag=True,
        help="Fail if a requirement that the baseline lists passes.",
    ),
)  # fmt: skip


def read_gate(path: Path | None, *, strict: bool) -> Gate | None:
    """The baseline, if any. Raises BaselineProblem, and click.UsageError for a strict one alone."""
    if path is None and strict:
        raise click.UsageError("--strict-baseline needs --baseline FILE")
    return recording.read_gate(path, strict=strict)


def tell_untested(lines: Sequence[VerdictLine], *, strict: bool) -> None:
    """Name the operations that were not tested, on standard error, and what to do about it."""
    from conformance.record import untested
    from conformance.reports.facts import untested_sentence

    found = untested(lines, strict=strict)
    if found:
        print_error(
            untested_sentence(found),
            "the requests that they depend on must succeed first; use --requirement to leave them"
            " out",
        )


# -- what is printed -------------------------------------------------------------------------------

quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print only the summary.")
no_color_option = click.option(
    "--no-color", is_flag=True, help="Print without colours, as with NO_COLOR in the environment."
)
