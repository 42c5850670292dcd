"""Whether every operation's own path is found again, over all models of restJson1.

    python -m benchmarks.routes

It prints each operation that is not, and the two operations of a request that nothing tells apart.
"""

from __future__ import annotations

import sys

from botocore.loaders import Loader

from conformance.contract.levels import Source
from conformance.contract.model import Operation
from conformance.contract.routes import PathTemplate, RouteMatcher, query_of, with_labels
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages
from conformance.errors import BadInput


def operations_of(service: str) -> list[Operation]:
    """The operations of a model with their routes alone. Raises BadInput for other protocols."""
    return [
        Operation(
            service, one.name, one.method, one.path, one.literal_query, {}, {}, 200, Source(), {},
            Source(), greedy=frozenset(label.wire for label in one.parameters if label.greedy),
        )
        for one in model_pages(load_model(service), service).operations.values()
    ]  # fmt: skip


def main() -> int:
    """Number of operations that are not found again."""
    services = operations = same = 0
    lost = []
    for service in Loader().list_available_services("service-2"):
        try:
            known = operations_of(service)
        except BadInput:
            continue
        services += 1
        matcher = RouteMatcher(known)
        for one in known:
            operations += 1
            path = with_labels(one.path, "v%2F.-_~")
            found = matcher.find(one.method, path, query_of(one.query.items()))
            if found is not None and found.operation is one:
                if set(found.raw) != set(PathTemplate(one.path).labels):
                    lost.append(f"{service}/{one.name}: other labels")
            elif found is not None and with_labels(found.operation.path, "") == with_labels(
                one.path, ""
            ):
                same += 1
            else:
                lost.append(f"{service}/{one.name} {one.method} {one.path}")
    sys.stdout.write("\n".join(lost))
    sys.stdout.write(
        f"\n{services} services, {operations} operations: {len(lost)} not found, "
        f"{same} like another one\n"
    )
    return len(lost)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
