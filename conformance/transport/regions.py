"""What the SDK knows of regions."""

from __future__ import annotations

from functools import cache


@cache
def partition_of(region: str) -> str | None:
    """The partition that a region is in; None for an unknown region."""
    from botocore.exceptions import UnknownRegionError
    from botocore.session import Session

    try:
        return str(Session().get_partition_for_region(region))
    except UnknownRegionError:
        return None
