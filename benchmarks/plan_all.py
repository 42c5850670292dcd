"""``python -m benchmarks.plan_all [SERVICE...]``: plans for every restJson1 service of botocore.

Derives each contract from its model, lists the requirements and plans them until there are 200
probes. A line a service: requirements, probes, seconds of processor time, the most memory so far,
and what went wrong, which more than 20,000 requirements are, too. Exit status 1 where anything did.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.contract.building import build_contract
from conformance.contract.deriving.assemble import assemble_whole
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.sharing import MOST
from conformance.contract.model import Contract
from conformance.contract.protocols import with_protocol
from conformance.documents.sdk.models import UnspokenProtocol, load_model
from conformance.documents.sdk.pages import model_pages
from conformance.plan.planner import plan

PROBES = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of a service; ``trouble`` is empty where all went well."""

    service: str
    requirements: int
    probes: int
    seconds: float
    trouble: str = ""


def testable_services() -> Iterator[str]:
    """The services of botocore that speak restJson1."""
    from botocore.loaders import create_loader

    for service in create_loader().list_available_services("service-2"):
        try:
            load_model(service)
        except UnspokenProtocol:
            continue
        yield service


def contract_of(service: str) -> Contract:
    """The contract without an overlay, as a run has it."""
    document, _ = assemble_whole(model_pages(load_model(service), service))
    # As it is read from a file: plain data.
    contract = build_contract(service, json.loads(json.dumps(document)), {})
    return with_protocol(replace(contract, overlay=inferred_overlay(contract)))


def planned(service: str, most: int = PROBES) -> Planned:
    """Derive, list and plan a service until there are so many probes."""
    start = time.process_time()
    requirements = probes = 0
    trouble = ""
    try:
        contract = contract_of(service)
        listed = catalogue(contract)
        requirements = len(listed)
        trouble = "too many requirements" if requirements > MOST else ""
        for one in listed:
            probes += len(plan(contract, one).probes)
            if probes >= most:
                break
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is looked for
        trouble = f"{type(error).__name__}: {error}"
    return Planned(service, requirements, probes, time.process_time() - start, trouble)


def main() -> int:
    """Plan all, or those that are named."""
    wrong = 0
    for service in sys.argv[1:] or testable_services():
        one = planned(service)
        wrong += bool(one.trouble)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{one.service:<34}{one.requirements:>9}{one.probes:>6}{one.seconds:>7.1f} s "
              f"{memory:>5} MB {one.trouble}", flush=True)  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
