"""The command line of ``conformance run``: as values, and as text that says the same again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.target.aws import NAME as AWS

if TYPE_CHECKING:
    from conformance.cli import aws
    from conformance.cli.outputs import Outputs
    from conformance.record import Shard


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for, with defaults in place."""

    target: str
    services: tuple[str, ...]
    globs: tuple[str, ...]
    profile: str
    seed: int
    rate: float | None
    timeout: float
    auth: str | None
    strict: bool
    fail_on_unsupported: bool
    baseline: Path | None
    strict_baseline: bool
    shard: Shard | None
    ca_bundle: Path | None
    outputs: Outputs
    quiet: bool
    verbose: bool
    no_color: bool
    durations: int
    aws: aws.Asked


def command_line(options: Options) -> str:
    """The command line that makes the same requests again."""
    parts = ["conformance", "run", options.target]
    region = options.aws.named_region() if options.target == AWS else options.aws.region
    if region:
        parts += ["--region", region]
    for name, values in (("--service", options.services), ("--requirement", options.globs)):
        for value in values:
            parts += [name, value]
    if options.profile != "standard":
        parts += ["--profile", options.profile]
    if options.auth:
        parts += ["--auth", options.auth]
    if options.strict:
        parts.append("--strict")
    if options.baseline is not None:
        parts += ["--baseline", str(options.baseline)]
    if options.strict_baseline:
        parts.append("--strict-baseline")
    if options.shard is not None:
        parts += ["--shard", str(options.shard)]
    return shlex.join([*parts, "--seed", str(options.seed)])
