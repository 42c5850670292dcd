"""AppSync: GraphQL APIs, their keys, caches, variables and tags."""

from __future__ import annotations

import string
from typing import Any

from tests.servers.keys.wire import Refused

from .appsync_checks import checked_auth, checked_log, with_defaults
from .world import Members, Operation, Store, World, operations_of, page, some

BASE36 = string.ascii_lowercase + string.digits
HOUR, DAY = 3600, 86400
DEFAULTS: Members = {
    "xrayEnabled": False,
    "visibility": "GLOBAL",
    "apiType": "GRAPHQL",
    "introspectionConfig": "ENABLED",
    "queryDepthLimit": 0,
    "resolverCountLimit": 0,
}


def bad(text: str) -> Refused:
    return Refused("BadRequestException", text)


class Shelf:
    """What is kept of the service, and what its parts share."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.region = "eu-central-1" if world.on("elsewhere") else "us-east-1"
        self.apis, self.keys, self.sources, self.functions, self.caches, self.events = (
            Store(world) for _ in range(6)
        )

    def api(self, identity: str) -> Members:
        found: Members | None = self.apis.get(identity)
        if found is None:
            raise Refused("NotFoundException", f"GraphQL API {identity} not found.", 404)
        return found

    def arn(self, identity: str) -> str:
        return f"arn:aws:appsync:{self.region}:{self.world.account}:apis/{identity}"

    def paged(self, name: str, items: list[Any], sent: Members) -> Members:
        refuse = bad("Invalid token.")
        size = sent.get("maxResults") or 10
        some_items, token = page(self.world, items, size, sent.get("nextToken"), refuse)
        return {name: some_items, "nextToken": token}


class Apis:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("appsync", self)
        if self.world.on("populated"):
            for number in range(3):
                self.create_graphql_api({"name": f"some{number}", "authenticationType": "API_KEY"})

    def _checked(self, sent: Members) -> None:
        if self.world.on("unchecked"):
            return
        checked_auth(sent)
        checked_log(sent.get("logConfig"), "cloudWatchLogsRoleArn")
        for one in sent.get("additionalAuthenticationProviders", []):
            checked_auth(one)
            if one.get("authenticationType") == sent["authenticationType"] == "API_KEY":
                raise bad("The primary provider cannot be an additional one, too.")

    def create_graphql_api(self, sent: Members) -> Members:
        self._checked(sent)
        if sent.get("apiType") == "MERGED" and "mergedApiExecutionRoleArn" not in sent:
            raise bad("A merged API needs an execution role.")
        if self.world.on("quotas") and len(self.shelf.apis.all()) >= 25:
            raise Refused("ApiLimitExceededException", "You cannot have more APIs.")
        identity = some(BASE36, 26)
        host = f"{some(BASE36, 26)}.appsync"
        end = f"{self.shelf.region}.amazonaws.com/graphql"
        fixed = {
            "apiId": identity,
            "arn": self.shelf.arn(identity),
            "owner": self.world.account,
            "uris": {
                "GRAPHQL": f"https://{host}-api.{end}",
                "REALTIME": f"wss://{host}-realtime-api.{end}",
            },
            "dns": {},
        }
        made = {**DEFAULTS, **sent, **fixed, "variables": {}}
        self.shelf.apis.put(identity, made)
        return {"graphqlApi": self._shown(made)}

    def _shown(self, api: Members) -> Members:
        found = {key: one for key, one in api.items() if key != "variables"}
        if not found.get("tags"):
            found.pop("tags", None)
        return with_defaults(found) if self.world.on("defaults-shown") else found

    def get_graphql_api(self, sent: Members) -> Members:
        return {"graphqlApi": self._shown(self.shelf.api(sent["apiId"]))}

    def list_graphql_apis(self, sent: Members) -> Members:
        own = sent.get("owner", "CURRENT_ACCOUNT") == "CURRENT_ACCOUNT"
        found = [
            self._shown(one)
            for one in self.shelf.apis.listed()
            if own and one["apiType"] == sent.get("apiType", one["apiType"])
        ]
        return self.shelf.paged("graphqlApis", found, sent)

    def update_graphql_api(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        self._checked(sent)
        kept = (
            "apiId",
            "arn",
            "owner",
            "uris",
            "dns",
            "tags",
            "variables",
            "apiType",
            "visibility",
        )
        known = {key: api[key] for key in kept if key in api}
        if "mergedApiExecutionRoleArn" in api:
            known["mergedApiExecutionRoleArn"] = api["mergedApiExecutionRoleArn"]
        changed = {**DEFAULTS, **known, **sent}
        if self.world.on("lenient"):
            changed = {**api, **sent}
        self.shelf.apis.put(api["apiId"], changed)
        return {"graphqlApi": self._shown(changed)}

    def delete_graphql_api(self, sent: Members) -> Members:
        identity = self.shelf.api(sent["apiId"])["apiId"]
        self.shelf.apis.drop(identity)
        return {}

    def put_graphql_api_environment_variables(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        variables = sent["environmentVariables"]
        self.shelf.apis.put(api["apiId"], {**api, "variables": variables})
        return {"environmentVariables": variables}

    def get_graphql_api_environment_variables(self, sent: Members) -> Members:
        return {"environmentVariables": self.shelf.api(sent["apiId"])["variables"]}

    def _bounded(self, expires: int) -> int:
        """A moment within the bounds, rounded down to an hour."""
        now = self.world.now()
        rounded = expires // HOUR * HOUR
        if not now + DAY - HOUR <= rounded <= now + 365 * DAY and not self.world.on("unchecked"):
            text = "API key must be valid for a minimum of 1 day and a maximum of 365 days."
            raise Refused("ApiKeyValidityOutOfBoundsException", text)
        return rounded

    def create_api_key(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        expires = self._bounded(sent.get("expires", int(self.world.now() + 7 * DAY)))
        if len([one for one in self.shelf.keys.all() if one["api"] == api["apiId"]]) >= 50:
            raise Refused("ApiKeyLimitExceededException", "The API has too many keys.")
        made = {
            "id": f"da2-{some(BASE36, 26)}",
            "description": sent.get("description"),
            "expires": expires,
            "deletes": expires + 60 * DAY,
            "api": api["apiId"],
        }
        self.shelf.keys.put(made["id"], made)
        return {"apiKey": self._key(made)}

    def _key(self, one: Members) -> Members:
        return {key: value for key, value in one.items() if key != "api"}

    def _known_key(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        found: Members | None = self.shelf.keys.get(sent["id"])
        if found is None or found["api"] != api["apiId"]:
            raise Refused("NotFoundException", f"API key not found: {sent['id']}", 404)
        return found

    def update_api_key(self, sent: Members) -> Members:
        key = self._known_key(sent)
        if "expires" in sent:
            expires = self._bounded(sent["expires"])
            key |= {"expires": expires, "deletes": expires + 60 * DAY}
        key["description"] = sent.get("description", key["description"])
        self.shelf.keys.put(key["id"], key)
        return {"apiKey": self._key(key)}

    def list_api_keys(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        found = [one for one in self.shelf.keys.listed() if one["api"] == api["apiId"]]
        return self.shelf.paged("apiKeys", [self._key(one) for one in found], sent)

    def delete_api_key(self, sent: Members) -> Members:
        self.shelf.keys.drop(self._known_key(sent)["id"])
        return {}

    def _tagged(self, arn: str) -> tuple[Store, Members]:
        identity = arn.rpartition("/")[2]
        for store in (self.shelf.apis, self.shelf.events):
            found = store.get(identity)
            if found is not None and arn == self.shelf.arn(identity):
                return store, found
        raise Refused("NotFoundException", f"Resource {arn} not found.", 404)

    def tag_resource(self, sent: Members) -> Members:
        store, api = self._tagged(sent["resourceArn"])
        tags = {**api.get("tags", {}), **sent["tags"]}
        if len(tags) > 50:
            raise bad("A resource has at most 50 tags.")
        store.put(api["apiId"], {**api, "tags": tags})
        return {}

    def untag_resource(self, sent: Members) -> Members:
        store, api = self._tagged(sent["resourceArn"])
        kept = {key: one for key, one in api.get("tags", {}).items() if key not in sent["tagKeys"]}
        store.put(api["apiId"], {**api, "tags": kept})
        return {}

    def list_tags_for_resource(self, sent: Members) -> Members:
        return {"tags": self._tagged(sent["resourceArn"])[1].get("tags", {})}
