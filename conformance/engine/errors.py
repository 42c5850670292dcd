"""Why a run could not test."""

from __future__ import annotations

from conformance.errors import CouldNotTest


class WrongCredentials(CouldNotTest):
    """The target does not take the signature."""

    hint = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and the region"

    def __init__(self, answer: str) -> None:
        self.answer = answer
        super().__init__(f"the target refuses the credentials: {answer}")


class TargetDied(CouldNotTest):
    """The target stopped taking connections in the middle of the run."""

    hint = "what was measured before is in the record; look at the target's own log"

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"the target takes no connections any more: {detail}")
