"""Faults in the rules that no constraint line states: recorded limits, rules across members."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.faults import InjectedFault
from conformance.reference.location.expiry import (
    CREATE_RULES,
    PAST_ON_UPDATE,
    UPDATE_RULES,
    ExpiryRule,
)
from conformance.reference.location.service import DAY, Policy

_UNLIMITED = 10**9

_LIMITS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("name:off", "Names have no maximum length.", {"name_max": _UNLIMITED}),
    ("name:plus1", "Names may have one character too many.", {"name_max": 1_025}),
    ("name:minus1", "The longest name is refused.", {"name_max": 1_023}),
    ("name:short", "Names end at 255 characters.", {"name_max": 255}),
    ("value-min:off", "Values may be short.", {"value_min": 1}),
    ("value-min:minus1", "Values may be one character short.", {"value_min": 19}),
    ("value-min:plus1", "The shortest value is refused.", {"value_min": 21}),
    ("value-max:off", "Values have no maximum length.", {"value_max": _UNLIMITED}),
    ("value-max:plus1", "Values may have one character too many.", {"value_max": 129}),
    ("value-max:minus1", "The longest value is refused.", {"value_max": 127}),
    ("description:off", "Descriptions have no maximum length.", {"description_max": _UNLIMITED}),
    ("tag-key:plus1", "Tag keys may have one character too many.", {"tag_key_max": 129}),
    ("tag-key:minus1", "The longest tag key is refused.", {"tag_key_max": 127}),
    ("tag-value:plus1", "Tag values may have one character too many.", {"tag_value_max": 257}),
    ("tag-value:minus1", "The longest tag value is refused.", {"tag_value_max": 255}),
    ("tag-prefix:off", "Tag keys may begin with aws:.", {"reserved_tag_prefix": None}),
    ("duplicates:off", "Two keys may have one value.", {"unique_values": False}),
)


def _limit(name: str, summary: str, changes: dict[str, Any]) -> InjectedFault:
    return InjectedFault(
        f"limit:{name}", "recorded limit", summary,
        limits=lambda limits: replace(limits, **changes),
    )  # fmt: skip


def _policy(name: str, summary: str, change: Callable[[Policy], Policy]) -> InjectedFault:
    return InjectedFault(f"rule:{name}", "rule across members", summary, policy=change)


def _without(rule: ExpiryRule) -> Callable[[Policy], Policy]:
    def rest(rules: tuple[ExpiryRule, ...]) -> tuple[ExpiryRule, ...]:
        return tuple(one for one in rules if one is not rule)

    return lambda policy: replace(policy, create=rest(policy.create), update=rest(policy.update))


def _more_on_update(rule: ExpiryRule) -> Callable[[Policy], Policy]:
    return lambda policy: replace(policy, update=(*policy.update, rule))


_RULES = dict.fromkeys(
    # Whether UpdateKey refuses what is long past is open: the documents say both.
    one
    for one in (*CREATE_RULES, *UPDATE_RULES)
    if one is not PAST_ON_UPDATE
)
_ALWAYS_BOTH = ExpiryRule(
    "needs-no-expiry",
    "'NoExpiry' must be set.",
    lambda wish: wish.expires is not None and wish.no_expiry is None,
)
_FAR = ExpiryRule(
    "far-expire-time",
    "'ExpireTime' must not be more than 1 year away.",
    lambda wish: wish.expires is not None and wish.expires > wish.now + 365 * DAY,
)

FAULTS = (
    *(_limit(*about) for about in _LIMITS),
    *(_policy(f"{one.id}:off", f"Not enforced: {one.message}", _without(one)) for one in _RULES),
    _policy("update-needs-no-expiry", "UpdateKey wants NoExpiry with ExpireTime.",
            _more_on_update(_ALWAYS_BOTH)),
    _policy("create-needs-no-expiry", "CreateKey wants NoExpiry with ExpireTime.",
            lambda policy: replace(policy, create=(*policy.create, _ALWAYS_BOTH))),
    _policy("update-far-expire-time", "UpdateKey refuses an ExpireTime beyond a year.",
            _more_on_update(_FAR)),
    _policy("inactive:off", "An active key can be deleted without force.",
            lambda policy: replace(policy, inactive=-(10**15))),
    _policy("tag-prefix:off", "Tag keys of Location keys may begin with aws:.",
            lambda policy: replace(policy, reserved_tag_prefix=None)),
    _policy("names:duplicate", "CreateKey replaces a key of the same name.",
            lambda policy: replace(policy, unique_names=False)),
)  # fmt: skip
