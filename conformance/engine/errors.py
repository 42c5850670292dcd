"""Why a run could not test."""

from __future__ import annotations

import re

from conformance.contract.given import OPTION
from conformance.engine.stops import LIMITED
from conformance.errors import CouldNotTest


class WrongCredentials(CouldNotTest):
    """The target does not take the signature."""

    hint = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and the region"

    def __init__(self, answer: str) -> None:
        super().__init__(f"the target refuses the credentials: {answer}")


class NothingTested(CouldNotTest):
    """Every requirement was left undecided: ``reason`` is what most of them say."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"nothing could be tested: {reason}", _advice(reason))


def _advice(reason: str) -> str:
    if "a redirect to " in reason:
        return "give the address that it redirects to"
    if LIMITED in reason:
        return "raise the limit, or test less: --requirement 'SERVICE/Operation/*'"
    if OPTION in reason:
        return f"{OPTION} lets a run update what is given; it is put back at the end"
    if re.search(r"\b50[234]\b", reason):
        return "something in between answers for the target: is the target behind it running?"
    return "is this the address of the emulator, and does it have the service?"


class TargetDied(CouldNotTest):
    """The target takes no connections any more, or answers nothing that is sent to it."""

    hint = "what was measured before is in the record; look at the target's own log"

    def __init__(self, detail: str, *, refused: bool = True, before: bool = True) -> None:
        what = "takes no connections" if refused else "answers nothing"
        what += " any more" if before else ""
        super().__init__(f"the target {what}: {detail}")
