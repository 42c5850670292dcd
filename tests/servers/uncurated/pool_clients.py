"""App clients of a pool."""

from __future__ import annotations

import string
import time

from tests.servers.keys.wire import Members, Refused

from .pool_store import Pool, PoolStore, invalid, random_text
from .service import Operation

LOWER = string.ascii_lowercase + string.digits
SCOPES = {"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"}
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
DAY = 86_400
RANGES = {
    "RefreshToken": ("days", 3600, 3650 * DAY),
    "AccessToken": ("hours", 300, DAY),
    "IdToken": ("hours", 300, DAY),
}
"""The unit of a validity where none is given, and its least and most in seconds."""
FIRST = {"UserPoolId", "GenerateSecret"}


class PoolClients:
    """The operations on clients."""

    def __init__(self, store: PoolStore) -> None:
        self.store = store
        self.operations: dict[str, Operation] = {
            "CreateUserPoolClient": self.create,
            "DescribeUserPoolClient": self.describe,
            "UpdateUserPoolClient": self.update,
            "DeleteUserPoolClient": self.delete,
            "ListUserPoolClients": self.clients,
        }

    def create(self, sent: Members) -> Members:
        pool = self.store.pool(sent)
        self._check(pool, sent)
        if sent.get("GenerateSecret") and "ClientSecret" in sent:
            raise invalid("A secret is given or generated.")
        now = time.time()
        client = {**self._settled(sent), "UserPoolId": pool.id, "CreationDate": now}
        client |= {"ClientId": random_text(LOWER, 26), "LastModifiedDate": now}
        if sent.get("GenerateSecret"):
            client["ClientSecret"] = random_text(LOWER, 51)
        pool.clients[client["ClientId"]] = client
        self.store.pools.put(pool.id, pool)
        return {"UserPoolClient": client}

    def _settled(self, sent: Members) -> Members:
        given = {name: value for name, value in sent.items() if name not in FIRST}
        for name, value in given.items():
            if isinstance(value, list) and self.store.world.on("normalized"):
                given[name] = sorted({*value})
        given["RefreshTokenValidity"] = sent.get("RefreshTokenValidity") or 30
        defaults: Members = {
            "AllowedOAuthFlowsUserPoolClient": False, "EnableTokenRevocation": True,
            "EnablePropagateAdditionalUserContextData": False, "AuthSessionValidity": 3,
        }  # fmt: skip
        if self.store.world.on("defaults-shown"):
            units = {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "days"}
            units |= sent.get("TokenValidityUnits", {})
            defaults |= {"PreventUserExistenceErrors": "LEGACY", "TokenValidityUnits": units}
            defaults |= {"AccessTokenValidity": 1, "IdTokenValidity": 1, "ClientType": "REGULAR"}
            given.pop("TokenValidityUnits", None)
        return defaults | given

    def _check(self, pool: Pool, sent: Members) -> None:
        self._check_times(sent)
        self._check_flows(pool, sent)
        for name in ("ReadAttributes", "WriteAttributes"):
            if {*sent.get(name, ())} - pool.schema.keys():
                raise invalid("Invalid write or read attributes specified while creating a client")
        for name in sent.get("SupportedIdentityProviders", ()):
            if name != "COGNITO":
                raise invalid(f"The provider {name} does not exist for User Pool {pool.id}.")
        flows = sent.get("ExplicitAuthFlows", [])
        new = [flow for flow in flows if flow.startswith("ALLOW_")]
        if new and len(new) < len(flows):
            raise invalid("Flows with and without the prefix ALLOW_ cannot be combined.")
        rotates = sent.get("RefreshTokenRotation", {}).get("Feature") == "ENABLED"
        if rotates and "ALLOW_REFRESH_TOKEN_AUTH" in flows:
            raise invalid("ALLOW_REFRESH_TOKEN_AUTH and rotation cannot be combined.")
        analytics = sent.get("AnalyticsConfiguration")
        if analytics is not None and not {"ApplicationId", "ApplicationArn"} & analytics.keys():
            raise invalid("Analytics are of an application.")
        if analytics is not None and self.store.world.on("unreachable"):
            raise invalid("The application is not there.")

    def _check_times(self, sent: Members) -> None:
        units = sent.get("TokenValidityUnits", {})
        for name, (unit, least, most) in RANGES.items():
            given = sent.get(f"{name}Validity")
            seconds = (given or 0) * SECONDS[units.get(name, unit)]
            if given and not least <= seconds <= most:
                raise invalid(f"Invalid range for token validity: {name}")

    def _check_flows(self, pool: Pool, sent: Members) -> None:
        flows, urls = sent.get("AllowedOAuthFlows", []), sent.get("CallbackURLs", [])
        if {"code", "implicit"} & {*flows} and not urls:
            raise Refused("InvalidOAuthFlowException", "code and implicit need a callback.")
        if "client_credentials" in flows and (len(flows) > 1 or not sent.get("GenerateSecret")):
            text = "client_credentials is alone, and needs a secret."
            raise Refused("InvalidOAuthFlowException", text)
        own = {
            f"{name}/{scope['ScopeName']}"
            for name, server in pool.servers.items()
            for scope in server.get("Scopes", [])
        }
        lost = {*sent.get("AllowedOAuthScopes", ())} - SCOPES - own
        if lost:
            raise Refused("ScopeDoesNotExistException", f"Invalid scope requested: {lost.pop()}")
        for url in [*urls, *sent.get("LogoutURLs", ())]:
            scheme, there, rest = url.partition("://")
            if (
                not there
                or not rest
                or "#" in rest
                or (scheme == "http" and rest[:9] != "localhost")
            ):
                raise invalid(f"{url} is no URL to redirect to.")
        if "DefaultRedirectURI" in sent and sent["DefaultRedirectURI"] not in urls:
            raise invalid("The default is one of the callbacks.")

    def _client(self, sent: Members) -> tuple[Pool, Members]:
        pool = self.store.pool(sent)
        if sent["ClientId"] not in pool.clients:
            text = f"User pool client {sent['ClientId']} does not exist."
            raise Refused("ResourceNotFoundException", text)
        return pool, pool.clients[sent["ClientId"]]

    def describe(self, sent: Members) -> Members:
        return {"UserPoolClient": self._shown(self._client(sent)[1])}

    def _shown(self, client: Members) -> Members:
        hidden = {"ClientSecret"} if self.store.world.on("masked") else set()
        return {name: value for name, value in client.items() if name not in hidden}

    def update(self, sent: Members) -> Members:
        pool, known = self._client(sent)
        self._check(pool, {**sent, "GenerateSecret": "ClientSecret" in known})
        kept = {"ClientId", "ClientSecret", "CreationDate", "UserPoolId"}
        named = {"ClientName": known["ClientName"]} | self._settled(sent)
        client = named | {name: known[name] for name in kept if name in known}
        client["LastModifiedDate"] = time.time()
        pool.clients[sent["ClientId"]] = client
        self.store.pools.put(pool.id, pool)
        return {"UserPoolClient": self._shown(client)}

    def delete(self, sent: Members) -> None:
        pool, _ = self._client(sent)
        del pool.clients[sent["ClientId"]]
        self.store.pools.put(pool.id, pool)

    def clients(self, sent: Members) -> Members:
        clients = [*self.store.seen(sent).clients.values()]
        if sent.get("ClientType") == "DCR":
            clients = []
        page, token = self.store.paged(clients, sent, "MaxResults")
        shown = [
            {name: one[name] for name in ("ClientId", "UserPoolId", "ClientName")} for one in page
        ]
        return {"UserPoolClients": shown, "NextToken": token}
