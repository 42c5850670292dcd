"""Aliases and grants of KMS keys."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

from .kms_crypto import dry
from .kms_specs import SYMMETRIC, grantable
from .kms_store import Grant, Key, KmsStore, at_most, checked, paged
from .wire import Members, Moment, Refused

_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:.+|\d{12}")


class KmsGrants:
    """The operations on what points to a key."""

    def __init__(self, store: KmsStore) -> None:
        self.store = store
        self.world = store.world
        self.operations: dict[str, Callable[[Members], Members | None]] = {
            "CreateAlias": self.create_alias,
            "CreateGrant": self.create_grant,
            "DeleteAlias": self.delete_alias,
            "ListAliases": self.aliases,
            "ListGrants": self.grants,
            "ListRetirableGrants": self.retirable,
            "RetireGrant": self.retire,
            "RevokeGrant": self.revoke,
            "UpdateAlias": self.update_alias,
        }

    def create_alias(self, sent: Members) -> None:
        name = self._alias_name(sent["AliasName"])
        key = checked(self.store.own(sent["TargetKeyId"]), enabled=False)
        if name in self.store.aliases.now:
            raise Refused("AlreadyExistsException", f"An alias named {name} already exists")
        aliases = self.store.aliases
        aliases.set({**aliases.now, name: self.store.alias(name, key)})

    def update_alias(self, sent: Members) -> None:
        name = self._alias_name(sent["AliasName"])
        key = checked(self.store.own(sent["TargetKeyId"]), enabled=False)
        shown = self._alias(name)
        before = self.store.key(shown["TargetKeyId"])
        if (_kind(before), before.usage) != (_kind(key), key.usage):
            code = "ValidationException"
            if self.world.on("declared-codes"):
                code = "KMSInvalidStateException"
            raise Refused(code, "The keys are of different kinds.")
        changed = {**shown, "TargetKeyId": key.id, "LastUpdatedDate": Moment(time.time())}
        self.store.aliases.set({**self.store.aliases.now, name: changed})

    def delete_alias(self, sent: Members) -> None:
        name = self._alias_name(sent["AliasName"])
        self._alias(name)
        left = {one: shown for one, shown in self.store.aliases.now.items() if one != name}
        self.store.aliases.set(left)

    def _alias(self, name: str) -> Members:
        shown = self.store.aliases.now.get(name)
        if shown is None:
            raise Refused("NotFoundException", f"Alias {self.world.arn('kms', name)} is not found.")
        return shown

    def _alias_name(self, name: str) -> str:
        declared = self.world.on("declared-codes")
        if not name.startswith("alias/") or not name.removeprefix("alias/") or ":" in name:
            raise Refused(
                "InvalidAliasNameException" if declared else "ValidationException",
                "Aliases must begin with alias/ and have a name.",
            )
        if name.startswith("alias/aws/"):
            raise Refused(
                "InvalidAliasNameException" if declared else "NotAuthorizedException",
                "Reserved prefix alias/aws/",
            )
        return name

    def aliases(self, sent: Members) -> Members:
        at_most(sent, 100)
        every = [*self.store.aliases.seen.values()]
        if "KeyId" in sent:
            key = self.store.key(sent["KeyId"])
            every = [one for one in every if one.get("TargetKeyId") == key.id]
        return paged(self.world, "Aliases", every, sent, 50)

    def create_grant(self, sent: Members) -> Members:
        key = self.store.own(sent["KeyId"])
        self._check_grant(key, sent)
        checked(key)
        dry(sent)
        asked = {name: value for name, value in sent.items() if name != "GrantTokens"}
        token = secrets.token_urlsafe(60)
        for grant in key.grants.now.values():
            if "Name" in sent and grant.asked == asked:
                grant.tokens.append(token)
                return {"GrantId": grant.id, "GrantToken": token}
        shown: Members = {
            "KeyId": key.arn,
            "GrantId": secrets.token_hex(32),
            "CreationDate": Moment(time.time()),
            "IssuingAccount": self.world.arn("iam", "root").replace(f":{self.world.region}:", "::"),
            "Name": sent.get("Name"),
            **{
                name: sent[name]
                for name in ("GranteePrincipal", "RetiringPrincipal", "Constraints")
                if name in sent
            },
            "Operations": sent["Operations"][::-1],
        }
        grant = Grant(str(shown["GrantId"]), [token], asked, shown)
        key.grants.set({**key.grants.now, grant.id: grant})
        return {"GrantId": grant.id, "GrantToken": token}

    def _check_grant(self, key: Key, sent: Members) -> None:
        if "GranteeServicePrincipal" in sent or "RetiringServicePrincipal" in sent:
            raise Refused("ValidationException", "This is for services.")
        if "GranteePrincipal" not in sent:
            raise Refused("ValidationException", "A grantee is needed.")
        for name in ("GranteePrincipal", "RetiringPrincipal"):
            if name in sent and not _PRINCIPAL.fullmatch(sent[name]):
                raise Refused("InvalidArnException", f"{sent[name]} is no principal.")
        if not sent["Operations"] or set(sent["Operations"]) - grantable(key.spec, key.usage):
            raise Refused("ValidationException", "The key does not support these operations.")
        contexts = {"EncryptionContextSubset", "EncryptionContextEquals"}
        if contexts & sent.get("Constraints", {}).keys() and key.spec != SYMMETRIC:
            raise Refused("ValidationException", "The key has no encryption context.")

    def grants(self, sent: Members) -> Members:
        at_most(sent, 100)
        key = self.store.key(sent["KeyId"])
        shown = [grant.shown for grant in key.grants.seen.values()]
        for name in ("GrantId", "GranteePrincipal"):
            if name in sent:
                shown = [one for one in shown if one.get(name) == sent[name]]
        return paged(self.world, "Grants", shown[::-1], sent, 50)

    def retirable(self, sent: Members) -> Members:
        at_most(sent, 100)
        if "RetiringPrincipal" not in sent:
            raise Refused("ValidationException", "A principal is needed.")
        if not _PRINCIPAL.fullmatch(sent["RetiringPrincipal"]):
            raise Refused("InvalidArnException", "This is no principal.")
        every = [one for key in self.store.keys.now.values() for one in key.grants.seen.values()]
        wanted = sent["RetiringPrincipal"]
        shown = [one.shown for one in every if one.shown.get("RetiringPrincipal") == wanted]
        return paged(self.world, "Grants", shown, sent, 50)

    def retire(self, sent: Members) -> None:
        token = sent.get("GrantToken")
        if (token is None) == ("GrantId" not in sent or "KeyId" not in sent):
            raise Refused("ValidationException", "A token, or a key and a grant, are needed.")
        if token is None:
            self._end(self.store.key(sent["KeyId"]), sent)
            return
        for key in self.store.keys.now.values():
            for grant in key.grants.now.values():
                if token in grant.tokens:
                    self._end(key, {**sent, "GrantId": grant.id})
                    return
        raise Refused("InvalidGrantTokenException", "The token is not valid.")

    def revoke(self, sent: Members) -> None:
        self._end(self.store.own(sent["KeyId"]), sent)

    def _end(self, key: Key, sent: Members) -> None:
        if sent["GrantId"] not in key.grants.now:
            code = "InvalidGrantIdException" if self.world.on("declared-codes") else ""
            raise Refused(code or "NotFoundException", f"Grant ID {sent['GrantId']} not found")
        dry(sent)
        left = {name: one for name, one in key.grants.now.items() if name != sent["GrantId"]}
        key.grants.set(left)


def _kind(key: Key) -> str:
    symmetric = key.spec == SYMMETRIC
    return "symmetric" if symmetric else "HMAC" if key.spec.startswith("HMAC") else "asymmetric"
