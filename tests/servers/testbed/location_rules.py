"""Amazon Location keys: what members may hold."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from .intake import HUGE, Crash, Intake
from .switches import Switches
from .wire import Json, Members, Refusal

ACCOUNT = "123456789012"
NAME = r"[-._\w]+"
_ARN = r"arn(?::[a-z0-9]+(?:[.-][a-z0-9]+)*)"
_PART = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
PATTERNS = {
    "AllowActions": r"(geo|geo-routes|geo-places|geo-maps):\w*\*?",
    "AllowResources": (
        rf"{_ARN}:geo:{_PART}:[0-9]+:(?:\*|[-a-z]+/[*-._\w]+)"
        rf"|{_ARN}:(?:geo-routes|geo-places|geo-maps):(?:\*|{_PART})::provider/[*-._\w]+"
    ),
    "AllowReferers": r"([\w!$&()*+,./:;=?@`-]|%([\dA-Fa-f]{2}|[\dA-Fa-f]?\*))+",
    "Package": r"([A-Za-z][A-Za-z\d_]*\.)+[A-Za-z][A-Za-z\d_]*",
    "CertificateFingerprint": r"([A-Fa-f0-9]{2}:){19}[A-Fa-f0-9]{2}",
    "BundleId": r"[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+",
}
APPS = {
    "AllowAndroidApps": {"Package": 255, "CertificateFingerprint": 59},
    "AllowAppleApps": {"BundleId": 155},
}
_MAPS = ("geo:GetMap*", "geo-maps:GetTile", "geo-maps:GetStaticMap", "geo-maps:*")
_PLACES = tuple(f"geo:SearchPlaceIndexFor{what}" for what in ("Text", "Position", "Suggestions"))
_PLACES += (
    "geo:GetPlace",
    *tuple(
        "geo-places:" + name
        for name in [
            "Geocode",
            "ReverseGeocode",
            "SearchNearby",
            "SearchText",
            "Autocomplete",
            "Suggest",
            "GetPlace",
            "*",
        ]
    ),
)
_ROUTES = (
    "geo:CalculateRoute",
    "geo:CalculateRouteMatrix",
    *tuple(
        "geo-routes:" + name
        for name in [
            "CalculateRoutes",
            "CalculateRouteMatrix",
            "CalculateIsolines",
            "OptimizeWaypoints",
            "SnapToRoads",
            "*",
        ]
    ),
)
KINDS = {
    "map": _MAPS,
    "geo-maps": _MAPS,
    "place-index": _PLACES,
    "geo-places": _PLACES,
    "route-calculator": _ROUTES,
    "geo-routes": _ROUTES,
}
EXPIRE_FORMAT = "'ExpireTime' must follow the format YYYY-MM-DDThh:mm:ss.sssZ."


class Rules:
    """Checks members one by one; the first that fails is refused."""

    def __init__(self, sw: Switches, intake: Intake) -> None:
        self.sw = sw
        self.on = sw.on
        self.intake = intake

    # --- refusals -----------------------------------------------------------------------------
    def refusal(self, field: str, text: str, reason: str = "FieldValidationFailed") -> Refusal:
        """A ValidationException in the form that CloudTrail shows."""
        fields: list[Json] = []
        if field and not self.on("loc-field-list-empty"):
            fields = [{"name": field, "message": text}]
        reason = "Other" if self.on("loc-reason-other") else reason
        members: Members = {"reason": reason, "fieldList": fields}
        if self.on("loc-members-capitalised"):
            members = {"Reason": reason, "FieldList": fields}
        if self.on("loc-validation-500"):
            raise Crash(text)
        status = self.sw.pick(400, {"loc-validation-422": 422})
        code = self.sw.pick(
            "ValidationException",
            {
                "loc-validation-as-bad-request": "BadRequestException",
                "loc-validation-as-invalid-parameter": "InvalidParameterException",
            },
        )
        return Refusal(status, code, text, members)

    def constraint(self, field: str, rule: str) -> Refusal:
        """A member outside its limits; AWS's text for it is not known."""
        text = f"1 validation error detected: '{field}' failed to satisfy constraint: {rule}"
        return self.refusal(field, self.sw.pick(text, {"other-texts": f"{field} is not valid"}))

    def missing(self, field: str) -> Refusal:
        """A required member that is not there."""
        return self.refusal(field, f"'{field}' must be set.", "Missing")

    # --- pieces -------------------------------------------------------------------------------
    def fits(self, pattern: str, text: str) -> bool:
        """Whether the whole text is of a Java pattern: \\w and \\d are ASCII."""
        flags = re.NOFLAG if self.on("loc-patterns-unicode") else re.ASCII
        if self.on("loc-patterns-unchecked"):
            return True
        if self.on("loc-patterns-searched"):
            return re.search(pattern, text, flags) is not None
        if self.on("loc-patterns-prefix"):
            return re.match(pattern, text, flags) is not None
        if self.on("loc-patterns-dollar"):
            return re.match(f"^(?:{pattern})$", text, flags) is not None
        if self.on("loc-patterns-any-case"):
            flags |= re.IGNORECASE
        return re.fullmatch(pattern, text, flags) is not None

    def within(self, field: str, text: str, shortest: int, longest: int) -> None:
        """Refuse a text outside its length limits."""
        if not shortest <= self.intake.length(text) <= longest:
            raise self.constraint(field, "length")

    def name(self, value: Json) -> str:
        """A key name."""
        text = self.intake.text(value)
        longest = self.sw.pick(
            100, {"loc-name-101": 101, "loc-name-99": 99, "loc-name-any-length": HUGE}
        )
        if not text and self.on("loc-empty-name-accepted"):
            return text
        self.within("KeyName", text, 1, longest)
        if not self.on("loc-name-any-letters") and not self.fits(NAME, text):
            raise self.constraint("KeyName", f"pattern {NAME}")
        return text

    def description(self, value: Json) -> str:
        """A description."""
        text = self.intake.text(value)
        longest = self.sw.pick(
            1000,
            {
                "loc-description-1001": 1001,
                "loc-description-999": 999,
                "loc-description-any-length": HUGE,
            },
        )
        self.within("Description", text, self.sw.pick(0, {"loc-description-min-1": 1}), longest)
        return self.intake.stored(text)

    def tags(self, value: Json) -> dict[str, str]:
        """Tags of a new key."""
        tags = self.intake.mapping(value)
        limit = self.sw.pick(
            50, {"loc-tags-51": 51, "loc-tags-49": 49, "loc-tags-any-number": HUGE}
        )
        if len(tags) > limit:
            raise self.constraint("Tags", "number of entries")
        for name, text in tags.items():
            key_limit = self.sw.pick(128, {"loc-tag-key-129": 129, "loc-tag-key-127": 127})
            text_limit = self.sw.pick(256, {"loc-tag-value-257": 257, "loc-tag-value-255": 255})
            self.within("Tags", name, self.sw.pick(1, {"loc-tag-empty-key": 0}), key_limit)
            self.within("Tags", text, 0, text_limit)
            if not self.on("loc-tag-any-letters") and not _tag_letters(name + text):
                raise self.constraint("Tags", "pattern")
            if name.startswith("aws:") and not self.on("loc-tag-aws-prefix"):
                raise self.constraint("Tags", "no prefix aws:")
        return tags

    def moment(self, value: Json) -> int:
        """An expiry time in milliseconds since 1970."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and self.on("loc-expire-number-accepted"):
            return int(float(str(value)) * 1000)
        text = self.intake.text(value)
        if self.on("loc-expire-garbage-500") and not re.match(r"\d{4}-\d\d-\d\d", text):
            raise Crash("time data does not match format")
        digits = self.sw.pick(r"(\.\d{1,9})?", {"loc-expire-needs-millis": r"\.\d{3}"})
        zone = self.sw.pick("Z", {"loc-expire-offset-accepted": r"(Z|[+-]\d\d:\d\d)"})
        shape = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d{digits}{zone}"
        if self.on("loc-expire-any-iso"):
            shape = r"\d{4}-\d\d-\d\d.*"
        if self.on("loc-expire-zone-optional"):
            shape = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d{digits}Z?"
        if not re.fullmatch(shape, text, re.ASCII):
            raise self.refusal("ExpireTime", EXPIRE_FORMAT)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise self.refusal("ExpireTime", EXPIRE_FORMAT) from None
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return (found - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _tag_letters(text: str) -> bool:
    return all(unicodedata.category(c)[0] in "LZN" or c in "_.,:/=+-@" for c in text)
