"""How many operations accept the valid request that is made up of their model alone.

``python -m benchmarks.accepted [-o FILE] SERVICE...`` asks an embedded moto for every operation
that it implements, of services without an overlay, and lists what is refused by the reason. No
requirement is tested: only what every requirement rests on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from conformance.contract.load import load_contract
from conformance.contract.model import Contract
from conformance.engine.resources.companions import Companions
from conformance.engine.resources.names import Names
from conformance.engine.resources.sdk_calls import SdkCaller
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.session import Session
from conformance.engine.support import SupportStatus
from conformance.engine.support_registry import SupportRegistry
from conformance.runs.access import gain_access
from conformance.transport.endpoint import open_target
from conformance.transport.signing import Signer

SERVICES = [
    "eks",
    "lambda",
    "batch",
    "glacier",
    "osis",
    "efs",
    "apigatewayv2",
    "sesv2",
    "amp",
    "kafka",
    "backup",
    "mq",
    "iot",
    "appmesh",
    "s3vectors",
    "xray",
    "resource-groups",
    "guardduty",
    "medialive",
    "mediaconnect",
    "ivs",
    "connectcampaigns",
    "pinpoint",
    "quicksight",
]
MODULES = {"lambda": "awslambda", "resource-groups": "resourcegroups", "iot-data": "iotdata"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation's valid request."""

    service: str
    operation: str
    standing: str
    why: str


def main() -> None:
    """Measure the services named, or the usual ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("services", nargs="*", default=SERVICES)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    every: list[Outcome] = []
    for service in options.services:
        start = time.monotonic()
        found = list(measured(service))
        every += found
        _tell(service, found, time.monotonic() - start)
    _tell("all", every, 0.0)
    for why, count in Counter(_plain(one.why) for one in every if one.why).most_common(40):
        sys.stdout.write(f"{count:5}  {why}\n")
    if options.output is not None:
        text = "\n".join(json.dumps(asdict(one)) for one in every)
        options.output.write_text(text + "\n", "utf-8")


def _tell(name: str, found: list[Outcome], seconds: float) -> None:
    works = sum(one.standing == SupportStatus.WORKS for one in found)
    share = 100 * works / len(found) if found else 0.0
    sys.stdout.write(f"{name:20} {works:4} of {len(found):4}  {share:5.1f} %  {seconds:6.1f} s\n")
    sys.stdout.flush()


def measured(service: str) -> Iterator[Outcome]:
    """Every operation that moto implements, with what is known after its valid request."""
    contract = load_contract(service)
    known = implemented(contract)
    with open_target("moto") as target:
        access = gain_access(target, timeout=10.0, ca_bundle=None)
        signer = Signer(access.credentials, access.region, contract.signing_name)
        channel = SignedChannel(access.url, signer, access.transport)
        caller = SdkCaller(access.url, access.credentials, access.region, access.transport)
        names = Names()
        companions = Companions(names, access.region, caller)
        session = Session(contract, channel, names, Masker(), companions=companions)
        registry = SupportRegistry(contract, session, channel)
        for name in contract.operations:
            if name in known:
                found = registry.of(name)
                yield Outcome(service, name, found.standing, found.why)


def implemented(contract: Contract) -> set[str]:
    """The operations that moto has code for, by the names of its methods."""
    module = MODULES.get(contract.service, contract.service.replace("-", ""))
    methods: set[str] = set()
    for part in ("models", "responses"):
        try:
            loaded = importlib.import_module(f"moto.{module}.{part}")
        except ImportError:
            return set()
        for one in vars(loaded).values():
            if isinstance(one, type) and one.__module__ == loaded.__name__:
                methods |= {name for name in vars(one) if not name.startswith("_")}
    return {name for name in contract.operations if _snake(name) in methods}


def _snake(name: str) -> str:
    from moto.core.utils import camelcase_to_underscores

    snake: str = camelcase_to_underscores(name)
    return snake


def _plain(why: str) -> str:
    """A reason without what differs from one request to the next."""
    return re.sub(r"[0-9a-f-]{8,}|\d{5,}", "#", why)[:150]


if __name__ == "__main__":
    main()
