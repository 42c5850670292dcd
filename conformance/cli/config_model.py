"""The words of a configuration file: every option of ``run``, profiles, targets, and ``ci``."""

from typing import Annotated, Any, Literal

import msgspec

from conformance.contract.model import ProtocolName
from conformance.transport.targets.own import OwnTarget

_Positive = Annotated[float, msgspec.Meta(gt=0)]
_Texts = tuple[str, ...]


class OptionTable(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True
):
    """Options of ``conformance run``, named as there; ``target`` is what it tests without one.

    Paths are relative to the folder of the file. ``--yes`` and ``--dry-run`` are not here: what
    they agree to is agreed to on the command line.
    """

    target: str | None = None
    service: _Texts = ()
    requirement: _Texts = ()
    exclude: _Texts = ()
    given: _Texts = ()
    may_change: bool = False
    changed_since: str | None = None
    profile: Literal["quick", "standard", "deep"] | None = None
    seed: int | None = None
    rate: _Positive | None = None
    timeout: _Positive | None = None
    time_limit: _Positive | None = None
    max_requests: Annotated[int, msgspec.Meta(ge=1)] | None = None
    header: _Texts = ()
    protocol: ProtocolName | None = None
    auth: Literal["off", "report", "require"] | None = None
    strict: bool = False
    fail_on_unsupported: bool = False
    baseline: str | None = None
    strict_baseline: bool = False
    shard: str | None = None
    ca_bundle: str | None = None
    record: str | None = None
    html: str | None = None
    junit: str | None = None
    markdown: str | None = None
    ctrf: str | None = None
    allure: str | None = None
    durations: Annotated[int, msgspec.Meta(ge=0)] = 0
    region: str | None = None
    profile_name: str | None = None
    fips: bool = False
    dual_stack: bool = False
    expect_account: str | None = None
    endpoint_url: str | None = None
    quota_factor: _Positive | None = None
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
    specs: str | None = None


class CiTable(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True
):
    """What ``conformance ci`` has besides."""

    start: str = ""
    wait: _Positive | None = None
    output: str | None = None


class ConfigTable(OptionTable, frozen=True, kw_only=True):
    """``conformance.toml``, or ``[tool.conformance]`` of ``pyproject.toml``."""

    profiles: dict[str, OptionTable] = {}
    """By the name that ``--config-profile`` takes; what one says counts over the rest."""
    targets: dict[str, OwnTarget] = {}
    ci: CiTable = CiTable()


PATHS = frozenset(
    {"changed-since", "baseline", "ca-bundle", "record", "html", "junit", "markdown", "specs"}
    | {"output", "ctrf", "allure"}
)
"""The keys whose values are files or folders."""


def schema() -> dict[str, Any]:
    return msgspec.json.schema(ConfigTable)
