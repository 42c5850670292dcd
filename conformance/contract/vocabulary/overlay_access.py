"""What an overlay says of a service as a whole: its SDK model, host, signature and permissions."""

from collections.abc import Mapping
from typing import Literal

from msgspec import field

from conformance.contract.levels import Source
from conformance.contract.vocabulary.overlay_steps import OverlayPart


class Signing(OverlayPart, frozen=True):
    """The name that requests are signed for; the region that the examples' ARNs are in.

    ``version`` is that of the signature, where it is not the usual one.
    """

    service: str | None = None
    region: str | None = None
    version: str | None = None


class KnownDifference(OverlayPart, frozen=True):
    """A known difference between documents and SDK model."""

    at: str
    reason: str
    only: Literal["documents", "model", "both"] | None = None


class Sdk(OverlayPart, frozen=True):
    """What a comparison with the SDK model goes by."""

    model: str | None = None
    paths: tuple[str, ...] = ()
    differences: tuple[KnownDifference, ...] = ()


class Endpoint(OverlayPart, frozen=True):
    """What AWS's own hosts have in front of the address that the SDK knows."""

    prefix: str = ""
    label: str = ""


class Quota(OverlayPart, frozen=True):
    """Requests a second, and how many may come at once."""

    rate: float
    burst: float | None = None


class Quotas(OverlayPart, frozen=True):
    """The rates of an account."""

    source: Source | None = None
    all: Quota | None = None
    operations: Mapping[str, Quota] = field(default_factory=dict)


class Permission(OverlayPart, frozen=True):
    """The IAM action and resource of one thing that a run does."""

    action: str
    resource: str


class Permissions(OverlayPart, frozen=True):
    """The IAM actions and resources of the operations."""

    action: str
    resource: str
    resources: Mapping[str, str] = field(default_factory=dict)
    tagging: Permission | None = None
