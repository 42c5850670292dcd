"""Where a request is for: the region that its signature names, and the partition that it is in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from conformance.reference.http.message import HttpRequest, query_values

_CREDENTIAL = re.compile(r"Credential=([^,\s]+)")
_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-\d{1,2}")
_REGION_AT = 2
"""Where the region is in KEY/DAY/REGION/SERVICE/aws4_request."""

_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A region; what is not signed is for the first of them."""

    region: str = "us-east-1"

    @property
    def partition(self) -> str:
        """The partition of the region, as its ARNs name it."""
        found = (name for start, name in _PARTITIONS if self.region.startswith(start))
        return next(found, "aws")


def scope_of(request: HttpRequest) -> Scope:
    """The scope that a request's signature names, in its header or in its query."""
    header = _CREDENTIAL.search(request.headers.get("authorization", ""))
    stated = query_values(request.query).get("X-Amz-Credential", ())
    credential = header[1] if header else next(iter(stated), "")
    parts = credential.split("/")
    region = parts[_REGION_AT] if len(parts) > _REGION_AT else ""
    return Scope(region) if _REGION.fullmatch(region) else Scope()
