"""What the SDK knows of regions."""

from __future__ import annotations

import re
from functools import cache
from typing import Any


@cache
def partition_of(region: str) -> str | None:
    """The partition that a region is in; None for an unknown region."""
    # A session of the SDK would read all of its endpoints for that.
    from botocore.loaders import Loader

    partitions: list[dict[str, Any]] = Loader().load_data("partitions")["partitions"]
    return next(
        (
            str(one["id"])
            for one in partitions
            if region in one["regions"] or re.match(one["regionRegex"], region)
        ),
        None,
    )
