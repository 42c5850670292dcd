"""The file of a campaign: targets, services, and how both are cut into parts. TOML, typed.

And what can go wrong with a campaign that is no fault of ours.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from conformance.contract.locate import default_services, known_services
from conformance.contract.on_demand import is_offered
from conformance.errors import BadInput, CouldNotTest, FileProblem
from conformance.toml_file import Mistake, line_of, mistakes, nearest, read_toml
from conformance.transport.endpoint import target_url
from conformance.transport.errors import MalformedURL
from conformance.transport.targets.known import KNOWN


class BadCampaign(FileProblem):
    """The file of a campaign cannot be read, or says what no campaign can be."""

    hint = "docs/recipes/campaigns.md has an example of every key"


class NoDask(BadInput):
    """The library that distributes the parts is not installed."""

    hint = "install it: pip install 'aws-conformance[campaign]'"
    told = "a campaign needs Dask distributed, which is not installed"


@dataclass(eq=False)
class SchedulerLost(CouldNotTest):
    """The scheduler cannot be reached, or went away while parts were running."""

    hint = "finished parts are on disk: start the scheduler and repeat the same command"

    address: str
    why: str

    def __str__(self) -> str:
        return f"the scheduler at {self.address} is lost: {self.why}"


@dataclass(eq=False)
class PartsFailed(CouldNotTest):
    """Some parts could not be run, each after several attempts."""

    hint = "repeat the same command to try them again; finished parts are kept"

    failed: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.failed)} parts could not be run: {'; '.join(self.failed[:3])}"


@dataclass(eq=False)
class PartsLeft(CouldNotTest):
    """The time that the campaign was given is over."""

    hint = "repeat the same command to continue"

    left: int
    of: int

    def __str__(self) -> str:
        return f"{self.left} of {self.of} parts are left at the time limit (--time-limit)"


class PartFailed(Exception):
    """A part could not be run this time; its text says why. Another attempt may succeed."""


BRACES = re.compile(r"\{([a-z]+)\}")
PLACEHOLDERS = ("port", "folder")


class CampaignTarget(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True
):
    """A target: one that is started by its name, by Python, by a command, or that runs already.

    Several of one ``name`` are versions of it, each with its ``version``, or have different
    ``services``, each with options of its own.

    ``{port}`` and ``{folder}`` in ``start``, ``command`` and ``env`` are a free port and an empty
    folder. ``install`` are requirements for pip, for an environment of the target's own in which
    ``start`` is run as arguments of its Python, which ``python`` names where it is to be another
    than ours. ``loopback`` keeps a Python target that listens on
    every address to 127.0.0.1. ``services`` are those of this target alone; ``without`` are those
    of the campaign that it is not run against.
    """

    name: str
    version: str | None = None
    package: str | None = None
    install: tuple[str, ...] = ()
    python: str | None = None
    start: tuple[str, ...] = ()
    command: str | None = None
    url: str | None = None
    env: dict[str, str] = {}
    ready: str = "/"
    loopback: bool = False
    services: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name


class CampaignFile(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True
):
    """A whole campaign.

    ``shards`` cuts the services it names into so many parts each. ``options`` are added to every
    ``conformance run``. ``part-seconds`` ends a part that takes longer; it is tried again.
    """

    services: tuple[str, ...]
    target: tuple[CampaignTarget, ...]
    title: str | None = None
    profile: Literal["quick", "standard", "deep"] = "quick"
    seed: int = 1
    shards: dict[str, int] = {}
    options: tuple[str, ...] = ()
    start_seconds: int = 120
    part_seconds: int = 3600

    def services_of(self, target: CampaignTarget) -> tuple[str, ...]:
        services = target.services or self.services
        return tuple(one for one in services if one not in target.without)


def read_campaign(path: Path) -> CampaignFile:
    """Read and check a campaign's file. Raises BadCampaign."""
    text, data = read_toml(path, BadCampaign)
    for place, why in _mistakes(data):
        raise BadCampaign(path, why, line_of(text, place))
    campaign = msgspec.convert(data, CampaignFile)
    for why in _faults(campaign):
        raise BadCampaign(path, why)
    return campaign


def _mistakes(data: dict[str, Any]) -> Iterator[Mistake]:
    targets = data.get("target")
    apart = {"target"} if isinstance(targets, list) else set()
    yield from mistakes(data, CampaignFile, apart=apart)
    for number, one in enumerate(targets or () if apart else ()):
        yield from mistakes(one, CampaignTarget, ("target", number))


def campaign_of(targets: Sequence[str], services: Sequence[str]) -> CampaignFile:
    """A campaign of targets that are started by name, or that run already at a URL.

    Without services it is about those that are tested by default. Raises MalformedURL (a target is
    neither a name that is known nor a URL).
    """
    return CampaignFile(
        services=tuple(services) or default_services(),
        target=tuple(_named(one) for one in dict.fromkeys(targets)),
    )


def _named(text: str) -> CampaignTarget:
    if text in KNOWN:
        return CampaignTarget(name=text)
    url = target_url(text)
    return CampaignTarget(name=urlsplit(url).netloc, url=url)


def schema() -> dict[str, Any]:
    return msgspec.json.schema(CampaignFile)


def _faults(campaign: CampaignFile) -> list[str]:
    every = Counter(
        (one.name, one.version, service)
        for one in campaign.target
        for service in campaign.services_of(one)
    )
    found = [
        f"target {name} is listed twice with {service} and the same version"
        for (name, _, service), times in every.items()
        if times > 1
    ]
    if not campaign.target:
        found.append("no target")
    for one in campaign.target:
        ways = [key for key in ("start", "command", "url") if getattr(one, key)]
        if len(ways) > 1:
            found.append(f"target {one.name}: give exactly one of start, command and url")
        if not ways and one.name not in KNOWN:
            found.append(f"target {one.name}: it needs a start, a command or a url")
        if one.loopback and not one.start:
            found.append(f"target {one.name}: loopback works only with start")
        if not campaign.services_of(one):
            found.append(f"target {one.name}: no services")
        found += _misplaced(one)
        if one.url is not None:
            found += _unreachable(one)
    return [*found, *_wrong_services(campaign)]


def _wrong_services(campaign: CampaignFile) -> Iterator[str]:
    named = {*campaign.services, *(name for one in campaign.target for name in one.services or ())}
    options = {*campaign.options, *(word for one in campaign.target for word in one.options)}
    if not any(word.startswith("--specs") for word in options):
        for name in sorted(named):
            if name not in known_services() and not is_offered(name):
                yield f"no service is called {name}{nearest(name, known_services())}"
    for service, number in campaign.shards.items():
        if number < 1:
            yield f"shards of {service}: must be at least 1"
        if service not in named:
            yield f"shards of {service}: not a service of this campaign{nearest(service, named)}"


def _misplaced(target: CampaignTarget) -> Iterator[str]:
    """Words in braces that are nearly one of those that are filled in."""
    for text in (*target.start, target.command or "", *target.env.values()):
        for name in BRACES.findall(text):
            alike = difflib.get_close_matches(name, PLACEHOLDERS, 1)
            if alike and name not in PLACEHOLDERS:
                yield f"target {target.name}: {{{name}}}, did you mean {{{alike[0]}}}?"


def _unreachable(target: CampaignTarget) -> Iterator[str]:
    try:
        target_url(str(target.url))
    except MalformedURL as error:
        yield f"target {target.name}: url: {error.reason}"
