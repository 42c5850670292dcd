"""Amazon Location keys: the rules of ExpireTime and NoExpiry."""

from __future__ import annotations

from collections.abc import Callable

from .location_rules import Rules
from .wire import Members

MINUTE = 60_000
AT_LEAST = "At least one of the following fields must be set: "


class Expiry:
    """Reads the expiry out of a request."""

    def __init__(self, rules: Rules, now: Callable[[], int]) -> None:
        self.rules = rules
        self.on = rules.on
        self.intake = rules.intake
        self.now = now

    def read(self, body: Members, *, update: bool, current: int | None = None) -> int | None:
        """ExpireTime in milliseconds, None without one; every rule of the message table.

        `current` is the expiry that a key has before an update.
        """
        forever = self.intake.flag(body["NoExpiry"]) if "NoExpiry" in body else None
        expire = self.rules.moment(body["ExpireTime"]) if "ExpireTime" in body else None
        prefix = "loc-update" if update else "loc-create"
        unset = forever is None and expire is None
        if unset and not update and not self.on("loc-create-without-expiry"):
            raise self.rules.refusal("", AT_LEAST + "'ExpireTime', 'NoExpiry'.", "Missing")
        kept = forever is False and expire is None and self.on("loc-false-keeps-expiry")
        if kept and current is not None:
            return current
        if forever is False and expire is None and not self.on(f"{prefix}-false-alone"):
            text = "'ExpireTime' must be set when 'NoExpiry' has value false."
            raise self.rules.refusal("ExpireTime", text)
        if forever and expire is not None:
            if not self.on(f"{prefix}-both-expiries"):
                text = "'ExpireTime' must not be set when 'NoExpiry' has value true."
                raise self.rules.refusal("ExpireTime", text)
            return None
        if expire is not None:
            self._check_past(expire, update=update)
        return expire

    def _check_past(self, expire: int, *, update: bool) -> None:
        grace = MINUTE if update and not self.on("loc-recent-past-refused") else 0
        allowed = "loc-update-past-accepted" if update else "loc-create-past-accepted"
        future_only = self.on("loc-update-future-refused") and update
        if (expire < self.now() - grace and not self.on(allowed)) or future_only:
            text = "'ExpireTime' must not be in the past."
            if update:
                text = "'ExpireTime' must not be more than 1 minute in the past."
            raise self.rules.refusal("ExpireTime", text)
