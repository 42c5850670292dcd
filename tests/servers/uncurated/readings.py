"""Named choices that documents and observations leave open: a server with any of them is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tests.servers.keys import wire

READINGS = {
    "lagging": "lists show what was there a second ago",
    "eventual": "what was just made or changed is not yet seen where it is described, either",
    "short-pages": "pages are shorter than asked for, and the first is empty",
    "empties-absent": "lists and maps of nothing are left out where they may be",
    "other-order": "lists have another order where none is documented",
    "whole-seconds": "points in time have no fraction",
    "normalized": "texts in JSON are written anew, and what has no order is sorted",
    "extra": "every structure of an answer has members that no page lists",
    "other-partition": "everything is in another partition, region and account",
    "other-codes": "invalid values are refused with the other of the usual codes",
    "plain-errors": "codes have a namespace and no header, and messages another name or none",
    "slow-states": "what is under way takes a while, and so does what is being deleted",
    "slower-states": "what is under way takes longer than anybody waits for",
    "defaults-shown": "what a request leaves out of a structure is shown with its default",
    "arns-shown": "what a request calls by its name is shown by its ARN",
    "unreachable": "what requests speak of in other services is not there",
    "populated": "other resources, more than a page of them, are already there",
    "early-look-up": "what is not there is said before members that contradict each other",
    "empty-object": "what answers nothing answers an empty object, and the other way round",
    "last-token": "the last page of a list has a token, too, of a page of nothing",
    "throttled": "every ninth request comes too fast",
    "busy": "a change right after another one of the same resource is in conflict with it",
    "skewed": "the clock of the server is ahead",
    "pointless": "what another setting makes pointless is accepted, and not shown",
    "forgiving": "to delete what is not there succeeds, where the error may be of what it is in",
    "repeatable": "the same creation once more is answered as before, where it is in use",
    "masked": "secrets are shown when they are made, and never again",
}


@dataclass(frozen=True)
class World(wire.World):
    """Whose resources these are, how long things take, and which readings are on."""

    declared: ClassVar[Mapping[str, str]] = READINGS

    def key(self, given: str) -> str:
        """How a key of KMS is shown that a request names."""
        if given.startswith("arn:") or not self.on("arns-shown"):
            return given
        return self.arn("kms", given if given.startswith("alias/") else f"key/{given}")

    @property
    def behind(self) -> float:
        """Seconds until lists show a change."""
        return 0.9 if self.on("lagging") else 0.0

    @property
    def unseen(self) -> float:
        """Seconds until a description shows a change."""
        return 0.4 if self.on("eventual") else 0.0

    @property
    def under_way(self) -> float:
        """Seconds that a state lasts that passes."""
        if self.on("slower-states"):
            return 9.0
        return 0.5 if self.on("slow-states") else 0.0
