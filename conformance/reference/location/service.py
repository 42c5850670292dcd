"""The key operations of Amazon Location: members in, outcome out or Refused raised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.reference.ambiguities import Ambiguities
from conformance.reference.clock import Clock, Identifiers, iso_milliseconds
from conformance.reference.location import expiry, state, wording
from conformance.reference.location.expiry import ExpiryRule, Wish
from conformance.reference.location.state import LocationKey, Scope
from conformance.reference.outcome import OperationOutcome, Refused

LISTED = frozenset({
    "geo:GetMap*", "geo-maps:GetTile", "geo-maps:GetStaticMap", "geo-maps:*",
    "geo:SearchPlaceIndexForText", "geo:SearchPlaceIndexForPosition",
    "geo:SearchPlaceIndexForSuggestions", "geo:GetPlace", "geo-places:Geocode",
    "geo-places:ReverseGeocode", "geo-places:SearchNearby", "geo-places:SearchText",
    "geo-places:Autocomplete", "geo-places:Suggest", "geo-places:GetPlace", "geo-places:*",
    "geo:CalculateRoute", "geo:CalculateRouteMatrix", "geo-routes:CalculateRoutes",
    "geo-routes:CalculateRouteMatrix", "geo-routes:CalculateIsolines",
    "geo-routes:OptimizeWaypoints", "geo-routes:SnapToRoads", "geo-routes:*",
})  # fmt: skip
"""The page prints ``GetPlace`` without its prefix once, which its own pattern refuses."""


Members = Mapping[str, Any]
Handler = Callable[[Members], OperationOutcome]

DAY = 86_400_000
"""Milliseconds."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules across members, and how long a key must be inactive before it can be deleted."""

    create: tuple[ExpiryRule, ...] = expiry.CREATE_RULES
    update: tuple[ExpiryRule, ...] = expiry.UPDATE_RULES
    inactive: int = 90 * DAY
    """Milliseconds."""
    unique_names: bool = True
    reserved_tag_prefix: str | None = "aws:"
    """Documented on the CreateKey page: no tag key begins with it."""


class LocationKeys:
    """The account's keys; a caller of ``handlers`` sets the ``scope`` of the request before."""

    def __init__(
        self, readings: Ambiguities, policy: Policy, clock: Clock, identifiers: Identifiers
    ) -> None:
        self.keys: dict[str, LocationKey] = {}
        self.scope = Scope()
        self._readings, self._policy = readings, policy
        self._clock, self._identifiers = clock, identifiers
        self._sequence = 0
        self._used: dict[str, int] = {}
        self.handlers: dict[str, Handler] = {
            "CreateKey": self.create,
            "DescribeKey": self.describe,
            "UpdateKey": self.update,
            "ListKeys": self.list_keys,
            "DeleteKey": self.delete,
        }

    def create(self, members: Members) -> OperationOutcome:
        """CreateKey: names are case-sensitive and unique."""
        wish = self._wish(members)
        expiry.check(self._policy.create, wish)
        self._check_actions(members)
        name, tags = members.get("KeyName", ""), members.get("Tags") or {}
        prefix = self._policy.reserved_tag_prefix
        if prefix is not None and any(key.startswith(prefix) for key in tags):
            raise Refused(wording.reserved_tag(prefix))
        if self._policy.unique_names and name in self.keys:
            raise Refused(wording.exists(name))
        self._sequence += 1
        key = self.keys[name] = LocationKey(
            name=name,
            value=self._identifiers.location_key(),
            sequence=self._sequence,
            created=wish.now,
            updated=wish.now,
            restrictions=members.get("Restrictions", {}),
            expires=wish.expires,
            description=members.get("Description"),
            tags=tags,
        )
        body = {
            "Key": key.value,
            "KeyArn": state.arn(key, self.scope, self._readings),
            "KeyName": name,
            "CreateTime": iso_milliseconds(key.created),
        }
        return OperationOutcome(200, body)

    def describe(self, members: Members) -> OperationOutcome:
        """DescribeKey: everything but the write-only NoExpiry."""
        key = self._known(members["KeyName"])
        return OperationOutcome(200, state.described(key, self.scope, self._readings))

    def update(self, members: Members) -> OperationOutcome:
        """UpdateKey: what is not mentioned stays, Restrictions are replaced as a whole."""
        if self._readings.lookup_before_rules:
            self._known(members["KeyName"])
        wish, rules = self._wish(members), self._policy.update
        if self._readings.past_expiry_accepted:
            rules = tuple(rule for rule in rules if rule is not expiry.PAST_ON_UPDATE)
        expiry.check(rules, wish)
        self._check_actions(members)
        before = self._known(members["KeyName"])
        kept = before.expires if wish.expires is None else wish.expires
        key = replace(
            before,
            updated=max(wish.now, before.updated),
            description=members.get("Description", before.description),
            restrictions=members.get("Restrictions", before.restrictions),
            expires=None if wish.no_expiry else kept,
        )
        if members.get("ForceUpdate") is not True and self._needs_force(before, key):
            raise Refused(wording.invalid(wording.NEEDS_FORCE))
        self.keys[key.name] = key
        body = {
            "KeyArn": state.arn(key, self.scope, self._readings),
            "KeyName": key.name,
            "UpdateTime": iso_milliseconds(key.updated),
        }
        return OperationOutcome(200, body)

    def list_keys(self, members: Members) -> OperationOutcome:
        """ListKeys: a page of entries, by name (or, in a reading, newest first)."""
        size = members.get("MaxResults", state.PAGE_SIZE)
        status = members.get("Filter", {}).get("KeyStatus")
        keys = state.with_status(self.keys.values(), status, self._now())
        page = self._after(keys, members.get("NextToken"))
        body: dict[str, Any] = {
            "Entries": [state.entry(key, self._readings) for key in page[:size]]
        }
        if len(page) > size:
            body["NextToken"] = state.token_after(page[size - 1])
        return OperationOutcome(200, body)

    def delete(self, members: Members) -> OperationOutcome:
        """DeleteKey: 200 with nothing; the 90-day rule, unless forceDelete."""
        key = self._known(members["KeyName"])
        if key.expires is None:
            is_deletable = not self._readings.no_expiry_delete_needs_force
        else:
            is_deletable = key.expires <= self._now() - self._policy.inactive
        if members.get("forceDelete") is not True and not is_deletable:
            raise Refused(wording.not_deletable(key.name))
        del self.keys[key.name]
        self._used.pop(key.name, None)
        return OperationOutcome(200)

    def use(self, name: str) -> None:
        """Note that a key was used just now; no operation served here does."""
        self._used[name] = self._now()

    def _needs_force(self, before: LocationKey, after: LocationKey) -> bool:
        """Whether a used key would change so that some caller may lose access."""
        used = self._used.get(before.name)
        if used is None or used < self._now() - 7 * DAY:
            return False
        if before.restrictions != after.restrictions:
            return True
        if self._readings.any_change_needs_force:
            return before.expires != after.expires
        return after.expires is not None and (
            before.expires is None or after.expires < before.expires
        )

    def _after(self, keys: list[LocationKey], token: str | None) -> list[LocationKey]:
        sequence, name = (None, None) if token is None else state.last_before(token)
        if self._readings.newest_listed_first:
            keys.sort(key=lambda key: -key.sequence)
            return [key for key in keys if sequence is None or key.sequence < sequence]
        keys.sort(key=lambda key: key.name)
        return [key for key in keys if name is None or key.name > name]

    def _wish(self, members: Members) -> Wish:
        stated = members.get("ExpireTime")
        return Wish(
            now=self._now(),
            no_expiry=members.get("NoExpiry"),
            expires=None if stated is None else expiry.milliseconds(stated, self._readings),
            described="Description" in members,
            restricted="Restrictions" in members,
        )

    def _check_actions(self, members: Members) -> None:
        if not self._readings.only_listed_actions:
            return
        for action in members.get("Restrictions", {}).get("AllowActions", ()):
            if action not in LISTED:
                text = f"'{action}' is not a valid action."
                fields = (("Restrictions.AllowActions", text),)
                raise Refused(wording.invalid(text, "FieldValidationFailed", fields))

    def _known(self, name: str) -> LocationKey:
        if name not in self.keys:
            raise Refused(wording.not_found(name))
        return self.keys[name]

    def _now(self) -> int:
        return int(self._clock() * 1000)
