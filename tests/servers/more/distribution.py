"""CloudFront: what is configured and has versions, each with its ETag."""

from __future__ import annotations

import base64
import binascii
import re
import string
from functools import partial
from typing import Any, NamedTuple

from tests.servers.cloud.world import Members, Operation, Store, World, some
from tests.servers.keys.wire import Refused

LETTERS = string.ascii_uppercase + string.digits
USUAL_ACCESS: Members = {"SigningProtocol": "sigv4", "SigningBehavior": "always",
                         "OriginAccessControlOriginType": "s3"}  # fmt: skip
TTLS: Members = {"MinTTL": 0, "DefaultTTL": 86400, "MaxTTL": 31536000}


class Kind(NamedTuple):
    """How a kind of resource is called, and what its operations are called by."""

    name: str
    plural: str
    path: str
    missing: str = ""
    taken: str = ""
    in_use: str = ""
    """Errors, if they do not have the name of the kind in them."""

    @property
    def config(self) -> str:
        return f"{self.name}Config"

    def code(self, what: str) -> str:
        usual = {
            "missing": f"NoSuch{self.name}", "taken": f"{self.name}AlreadyExists",
            "in_use": f"{self.name}InUse",
        }  # fmt: skip
        return str(getattr(self, what) or usual[what])


ACCESS = Kind("OriginAccessControl", "OriginAccessControls", "origin-access-control")
IDENTITY = Kind(
    "CloudFrontOriginAccessIdentity",
    "CloudFrontOriginAccessIdentities",
    "origin-access-identity/cloudfront",
)
POLICY = Kind("CachePolicy", "CachePolicies", "cache-policy")
PUBLIC_KEY = Kind("PublicKey", "PublicKeys", "public-key")
KEY_GROUP = Kind("KeyGroup", "KeyGroups", "key-group", "NoSuchResource", "", "ResourceInUse")
KINDS = (ACCESS, IDENTITY, POLICY, PUBLIC_KEY, KEY_GROUP)


def invalid(text: str) -> Refused:
    return Refused("InvalidArgument", text)


class Versions:
    """What is kept, and what the parts of the service share."""

    def __init__(self, world: World) -> None:
        self.world = world

    def etag(self) -> str:
        return f"E{some(LETTERS, 13)}"

    def check(self, sent: Members, etag: str) -> None:
        """Refused unless the request is about the version that there is."""
        given = sent.get("IfMatch")
        if self.world.on("unchecked"):
            return
        if not given or (given != etag and self.world.on("other-codes")):
            text = "The If-Match version is missing or not valid for the resource."
            raise Refused("InvalidIfMatchVersion", text)
        if given.strip('"') != etag:
            raise Refused("PreconditionFailed", "The precondition is not met.", 412)

    def listing(self, items: list[Members], key: str, sent: Members, *, marked: bool) -> Members:
        """A page of a list that the last item of the page before leads to."""
        text = sent.get("MaxItems", "100")
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
            raise invalid("MaxItems is no number of items.")
        size, marker = min(int(text), 100), sent.get("Marker")
        ids = [one[key] for one in items]
        if marker and marker not in ids:
            raise invalid("The marker is not valid.")
        start = ids.index(marker) + 1 if marker else 0
        if self.world.on("short-pages"):
            size = min(size, 2)
        found, more = items[start : start + size], len(items) > start + size
        shown: Members = {
            "MaxItems": int(text),
            "Quantity": len(found),
            "Items": found or None,
            "NextMarker": found[-1][key] if more else None,
        }
        return {**shown, "Marker": marker or "", "IsTruncated": more} if marked else shown


class Configured:
    """The operations by name."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self.world = versions.world
        self.stores = {kind.name: Store(self.world) for kind in KINDS}
        self.operations: dict[str, Operation] = {}
        for kind in KINDS:
            self.operations |= {
                f"Create{kind.name}": partial(self._create, kind),
                f"Get{kind.name}": partial(self._get, kind),
                f"Get{kind.config}": partial(self._get_config, kind),
                f"Update{kind.name}": partial(self._update, kind),
                f"Delete{kind.name}": partial(self._delete, kind),
                f"List{kind.plural}": partial(self._list, kind),
            }
        for number in range(3 if self.world.on("populated") else 0):
            config = {"Name": f"busy-{number}", **USUAL_ACCESS}
            self._create(ACCESS, {ACCESS.config: config})

    def _same(self, kind: Kind, config: Members, own: str | None) -> Members | None:
        """Another resource that has what is there once only."""
        once = "CallerReference" if "CallerReference" in config else "Name"
        for one in self.stores[kind.name].all():
            if one["Id"] != own and one["config"][once] == config[once]:
                return dict(one)
        return None

    def _checked(self, kind: Kind, config: Members, own: str | None = None) -> Members:
        check = getattr(self, f"_check_{kind.path.partition('/')[0].replace('-', '_')}")
        full: Members = check(config)
        if self._same(kind, config, own):
            raise Refused(kind.code("taken"), f"{kind.name} already exists.", 409)
        return full

    def _check_origin_access_control(self, config: Members) -> Members:
        if not re.fullmatch(r"[^\x00-\x1f]{1,64}", config["Name"]):
            raise invalid("The name has from 1 to 64 characters.")
        if len(config.get("Description", "")) > 256:
            raise invalid("The description has at most 256 characters.")
        if config["SigningProtocol"] != "sigv4" or config["SigningBehavior"] == "always-amz-auth":
            raise invalid("The protocol is sigv4.")
        return {"Description": "", **config} if self.world.on("defaults-shown") else config

    def _check_origin_access_identity(self, config: Members) -> Members:
        if len(config["Comment"]) > 128 or len(config["CallerReference"]) > 128:
            raise invalid("The comment has at most 128 characters.")
        return config

    def _check_cache_policy(self, config: Members) -> Members:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", config["Name"]):
            raise invalid("The name of a policy is not valid.")
        if len(config.get("Comment", "")) > 128:
            raise invalid("The comment has at most 128 characters.")
        low = config["MinTTL"]
        full = {**TTLS, **config}
        full["DefaultTTL"] = config.get("DefaultTTL", max(86400, low))
        full["MaxTTL"] = config.get("MaxTTL", max(31536000, low))
        if not 0 <= low <= full["DefaultTTL"] <= full["MaxTTL"] <= 31536000:
            raise invalid("The times do not fit each other.")
        self._check_key(config.get("ParametersInCacheKeyAndForwardedToOrigin", {}))
        return full

    def _check_key(self, given: Members) -> None:
        for what, behavior, items in (
            ("HeadersConfig", "HeaderBehavior", "Headers"),
            ("CookiesConfig", "CookieBehavior", "Cookies"),
            ("QueryStringsConfig", "QueryStringBehavior", "QueryStrings"),
        ):
            config = given.get(what, {})
            named = config.get(behavior) in {"whitelist", "allExcept"}
            listed = config.get(items, {"Quantity": 0})
            if listed["Quantity"] != len(listed.get("Items", [])):
                raise Refused("InconsistentQuantities", "The quantity is not that of the items.")
            if named is not bool(listed["Quantity"]):
                raise invalid(f"{items} do not fit the behavior.")

    def _check_public_key(self, config: Members) -> Members:
        if not 1 <= len(config["Name"]) <= 128 or len(config.get("Comment", "")) > 128:
            raise invalid("The name and the comment have at most 128 characters.")
        inner = re.fullmatch(
            r"-----BEGIN PUBLIC KEY-----\s([A-Za-z0-9+/=\s]+)\s-----END PUBLIC KEY-----\s*",
            config["EncodedKey"],
        )
        try:
            fine = inner and len(base64.b64decode("".join(inner[1].split()), validate=True)) > 64
        except binascii.Error:
            fine = False
        if not fine and not self.world.on("unchecked"):
            raise invalid("The key is no public key in PEM.")
        return config

    def _check_key_group(self, config: Members) -> Members:
        if not 1 <= len(config["Name"]) <= 128 or len(config.get("Comment", "")) > 128:
            raise invalid("The name and the comment have at most 128 characters.")
        keys = config["Items"]
        if not keys or len({*keys}) < len(keys):
            raise invalid("There are keys, each once.")
        if len(keys) > 5:
            raise Refused("TooManyPublicKeysInKeyGroup", "At most five keys.")
        if any(self.stores[PUBLIC_KEY.name].get(one) is None for one in keys):
            raise invalid("There is no such public key.")
        return config

    def _found(self, kind: Kind, identity: str, *, seen: bool = False) -> Members:
        store = self.stores[kind.name]
        found: Members | None = store.found(identity, seen=seen)
        if found is None:
            raise Refused(kind.code("missing"), f"The {kind.name} does not exist.", 404)
        return found

    def _shown(self, kind: Kind, one: Members) -> Members:
        shown = {"Id": one["Id"], kind.config: one["config"]}
        if kind in {POLICY, KEY_GROUP}:
            shown["LastModifiedTime"] = one["changed"]
        if kind is PUBLIC_KEY:
            shown["CreatedTime"] = one["made"]
        if kind is IDENTITY:
            shown["S3CanonicalUserId"] = one["user"]
        return shown

    def _create(self, kind: Kind, sent: Members) -> Members:
        given = sent[kind.config]
        again = self._same(kind, given, None)
        if kind is IDENTITY and again and again["config"] == given:
            return self._answer(kind, again)
        config = self._checked(kind, given)
        now = self.world.now()
        made: Members = {"Id": self.versions.etag(), "config": config, "made": now, "changed": now,
                "etag": self.versions.etag(), "user": some("0123456789abcdef", 96)}  # fmt: skip
        self.stores[kind.name].put(made["Id"], made)
        place = f"https://cloudfront.amazonaws.com/2020-05-31/{kind.path}/{made['Id']}"
        return {**self._answer(kind, made), "Location": place}

    def _answer(self, kind: Kind, one: Members) -> Members:
        return {kind.name: self._shown(kind, one), "ETag": one["etag"]}

    def _get(self, kind: Kind, sent: Members) -> Members:
        return self._answer(kind, self._found(kind, sent["Id"], seen=True))

    def _get_config(self, kind: Kind, sent: Members) -> Members:
        found = self._found(kind, sent["Id"], seen=True)
        return {kind.config: found["config"], "ETag": found["etag"]}

    def _update(self, kind: Kind, sent: Members) -> Members:
        found = self._found(kind, sent["Id"])
        self.versions.check(sent, found["etag"])
        given = sent[kind.config]
        if given.get("CallerReference") != found["config"].get("CallerReference"):
            raise Refused("IllegalUpdate", "The caller reference cannot be changed.")
        if kind is PUBLIC_KEY and any(
            given[name] != found["config"][name] for name in ("Name", "EncodedKey")
        ):
            text = "Only the comment of a key can be changed."
            raise Refused("CannotChangeImmutablePublicKeyFields", text)
        config = self._checked(kind, given, found["Id"])
        etag = self.versions.etag()
        changed = {**found, "config": config, "etag": etag, "changed": self.world.now()}
        self.stores[kind.name].put(found["Id"], changed)
        return self._answer(kind, changed)

    def _delete(self, kind: Kind, sent: Members) -> Members:
        found = self._found(kind, sent["Id"])
        self.versions.check(sent, found["etag"])
        if kind is PUBLIC_KEY:
            for group in self.stores[KEY_GROUP.name].all():
                if found["Id"] in group["config"]["Items"]:
                    raise Refused(kind.code("in_use"), "A key group has this key.", 409)
        self.stores[kind.name].drop(found["Id"])
        return {}

    def _list(self, kind: Kind, sent: Members) -> Members:
        found = self.stores[kind.name].listed()
        if sent.get("Type") == "managed":
            found = []
        wrapped: list[Any] = [self._summary(kind, one) for one in found]
        ids = [{"Id": one["Id"], "shown": shown} for one, shown in zip(found, wrapped, strict=True)]
        listed = self.versions.listing(ids, "Id", sent, marked=kind in {ACCESS, IDENTITY})
        if listed["Items"]:
            listed["Items"] = [one["shown"] for one in listed["Items"]]
        return {f"{kind.name}List": listed}

    def _summary(self, kind: Kind, one: Members) -> Members:
        shown = self._shown(kind, one)
        if kind is POLICY:
            return {"Type": "custom", kind.name: shown}
        if kind is KEY_GROUP:
            return {kind.name: shown}
        config = shown.pop(kind.config)
        if kind is IDENTITY:
            return {**shown, "Comment": config["Comment"]}
        if kind is ACCESS:
            return {"Description": "", **shown, **config}
        return {**shown, **{key: of for key, of in config.items() if key != "CallerReference"}}
