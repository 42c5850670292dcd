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
    """The target takes no connections any more, or answers nothing that is sent to it."""

    hint = "what was measured before is in the record; look at the target's own log"

    def __init__(self, detail: str, *, refused: bool = True, before: bool = True) -> None:
        self.detail = detail
        what = "takes no connections" if refused else "answers nothing"
        what += " any more" if before else ""
        super().__init__(f"the target {what}: {detail}")
