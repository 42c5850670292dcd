"""The part of the walk that goes over Amazon Location keys."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .walk import Walker, bodies

FUTURE = "2035-05-05T05:05:05.555Z"


def location_walk(walker: Walker) -> None:
    """Every operation on Amazon Location keys."""
    bodies(walker, "/metadata/v0/keys")
    walker.send("GET", "/metadata/v0/nowhere")
    for part in (_create, _restrictions, _update, _list):
        part(walker)


ACTIONS: list[Any] = ["geo-maps:GetTile"]
RESOURCES: list[Any] = ["arn:aws:geo-maps:us-east-1::provider/default"]


def _restricted(**members: Any) -> dict[str, Any]:
    return {"AllowActions": ACTIONS, "AllowResources": RESOURCES, **members}


def _key(name: Any, **members: Any) -> dict[str, Any]:
    return {"KeyName": name, "Restrictions": _restricted(), "NoExpiry": True, **members}


KEYS = "/metadata/v0/keys"


def _create(w: Walker) -> None:
    names: list[Any] = ["n" * 99, "n" * 100, "n" * 101, "", "a b", "é", "a\n", "b!", 5, None]
    for name in (*names, "Case", "case", "twice", "twice"):
        w.send("POST", KEYS, _key(name))
        w.send("GET", f"{KEYS}/{quote(str(name))}")
    for size in (0, 999, 1000, 1001):
        w.send("POST", KEYS, _key(f"described{size}", Description="d" * size))
        w.send("GET", f"{KEYS}/described{size}")
    w.send("POST", KEYS, _key("accents", Description="é" * 1000))
    w.send("POST", KEYS, _key("astral", Description=" \U0001f511<" * 260))
    w.send("GET", f"{KEYS}/astral")
    expiries: list[dict[str, Any]] = [
        {"NoExpiry": flag, "ExpireTime": time}
        for flag in (True, False, None, "true", 1)
        for time in (None, FUTURE)
    ]
    times = ["2035-05-05", "2035-05-05T05:05:05Z", "2035-05-05T05:05:05.555", "x", 2_062_000_000]
    times += ["2035-05-05T05:05:05.555+01:00", "2020-01-01T00:00:00.000Z"]
    expiries += [{"NoExpiry": None, "ExpireTime": time} for time in times]
    for number, expiry in enumerate(expiries):
        w.send("POST", KEYS, _key(f"expires{number}", **expiry))
        w.send("GET", f"{KEYS}/expires{number}")
    tags: list[Any] = [
        *({f"k{number}": "" for number in range(size)} for size in (50, 51)),
        *({"k" * size: ""} for size in (0, 128, 129)),
        *({"k": "v" * size} for size in (256, 257)),
        {"k!": "v"},
        {"aws:k": "v"},
        {"k": "é @"},
    ]
    for number, tag in enumerate(tags):
        w.send("POST", KEYS, _key(f"tagged{number}", Tags=tag))
    w.send("POST", KEYS, {"KeyName": "free", "NoExpiry": True})
    w.send("GET", f"{KEYS}/tagged9")


def _restrictions(w: Walker) -> None:
    w.made("Key", KEYS, _key("shut", ExpireTime=FUTURE, NoExpiry=None))
    geo = "arn:aws:geo:us-east-1:123456789012"
    actions: list[Any] = [[], *([f"geo:A{n}" for n in range(size)] for size in (8, 24, 25))]
    actions += [[f"geo:{'A' * (size - 4)}"] for size in (4, 5, 200, 201)]
    actions += [["s3:GetObject"], ["geo:GetMap*"], ["GEO:GetMap"], ["xgeo:A"], ["geo:A-"]]
    actions += ["geo:GetMap*", [None, "geo:GetMap*"], [5], {}]
    resources: list[Any] = [[], *([f"{geo}:map/m{n}" for n in range(size)] for size in (6, 8, 9))]
    resources += [[f"{geo}:map/{'m' * (size - len(geo) - 5)}"] for size in (1600, 1601)]
    resources += [
        ["arn:aws:s3:::bucket"],
        ["arn:aws:geo:eu-west-1:1:map/x"],
        [""],
        [f"{geo}:map/x\n"],
    ]
    resources += [[f"{geo}:place-index/x"], ["arn:aws:geo-places:us-east-1::provider/default"]]
    referers: list[Any] = [[], *([f"r{n}" for n in range(size)] for size in (5, 6))]
    referers += [["r" * size] for size in (252, 253, 254)]
    referers += [["a b"], ["%zz"], ["*.example.com/?"], [""], ["é"]]
    android: Any = {"Package": "a.b", "CertificateFingerprint": ":".join(["AA"] * 20)}
    bad: Any = {"Package": "1", "CertificateFingerprint": "x"}
    tried: list[Any] = [_restricted(AllowActions=value) for value in actions]
    tried += [_restricted(AllowResources=value) for value in resources]
    tried += [_restricted(AllowReferers=value) for value in referers]
    tried += [_restricted(AllowAndroidApps=[android] * size) for size in (1, 5, 6)]
    tried += [
        _restricted(AllowAndroidApps=[bad]),
        _restricted(AllowAppleApps=[{"BundleId": "a.b"}]),
    ]
    tried += [{"AllowActions": ACTIONS}, {"AllowResources": RESOURCES}, "x"]
    for restrictions in tried:
        w.send("PATCH", f"{KEYS}/shut", {"Restrictions": restrictions})
        w.send("GET", f"{KEYS}/shut")


def _update(w: Walker) -> None:
    full = _key("full", ExpireTime=FUTURE, NoExpiry=False, Description="d", Tags={"a": "b"})
    full["Restrictions"] = _restricted(AllowReferers=["https://example.com"])
    for name in ("full", "spare"):
        w.send("POST", KEYS, {**full, "KeyName": name})
    other: Any = _restricted(AllowActions=["geo-maps:GetStaticMap"])
    changes: list[Any] = [
        {},
        {"ForceUpdate": True},
        {"ForceUpdate": "true", "Description": "x"},
        {"Description": ""},
        {"Description": "d" * 1001},
        {"Description": "half", "Restrictions": {}},
        {"Restrictions": other},
        {"Description": "described"},
        {"ExpireTime": "2036-01-01T00:00:00.000Z"},
        {"ExpireTime": "2020-01-01T00:00:00.000Z"},
        {"ExpireTime": "2025-10-09T08:53:20.000Z"},
        {"NoExpiry": False},
        {"NoExpiry": True, "ExpireTime": FUTURE},
        {"NoExpiry": True},
        {"NoExpiry": False},
        {"ForceUpdate": True, "Description": "forced"},
    ]
    for change in changes:
        w.send("PATCH", f"{KEYS}/full", change)
        w.send("GET", f"{KEYS}/full")
    for name in ("unknown", "un known", "FULL"):
        w.send("PATCH", f"{KEYS}/{quote(name)}", {"Description": "x"})
        w.send("GET", f"{KEYS}/{quote(name)}")
        w.send("DELETE", f"{KEYS}/{quote(name)}?forceDelete=true")
    w.send("PATCH", f"{KEYS}/unknown", {"Description": 5})
    for query in ("", "?forceDelete=false", "?forceDelete=x", "?forceDelete=true"):
        for name in ("spare", "full"):
            w.send("DELETE", f"{KEYS}/{name}{query}")
            w.send("GET", f"{KEYS}/{name}")


def _list(w: Walker) -> None:
    path = "/metadata/v0/list-keys"
    for number in range(12):
        w.send("POST", KEYS, _key(f"listed{12 - number}", ExpireTime=FUTURE, NoExpiry=None))
    for seconds in (-90, -30, 3):
        w.send("PATCH", f"{KEYS}/listed1", {"ExpireTime": w.instant(seconds)})
        w.send("POST", path, {"Filter": {"KeyStatus": "Expired"}})
        w.send("POST", path, {"Filter": {"KeyStatus": "Expired"}, "MaxResults": 2})
    w.send("PATCH", f"{KEYS}/listed1", {"NoExpiry": True})
    for limit in (0, 1, 99, 100, 101, -1, "5", 1.5, True):
        w.send("POST", path, {"MaxResults": limit})
    filters: list[Any] = [{"KeyStatus": "Active"}, {"KeyStatus": "Expired"}, {"KeyStatus": "X"}]
    for wanted in (*filters, {}, "x"):
        w.send("POST", path, {"Filter": wanted})
    odd: list[Any] = ["x", "x" * 2001, "", 5]
    for token in odd:
        w.send("POST", path, {"NextToken": token})
    body: dict[str, Any] = {"MaxResults": 7}
    for _ in range(12):
        body["NextToken"] = w.send("POST", path, body).get("NextToken")
        if not body["NextToken"]:
            break
    for number in range(470):
        w.send("POST", KEYS, _key(f"many{number}"))
