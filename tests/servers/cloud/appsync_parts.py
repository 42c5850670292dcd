"""AppSync: sources, functions and the cache of an API; and event APIs."""

from __future__ import annotations

import string

from tests.servers.keys.wire import Refused

from .appsync import BASE36, Shelf, bad
from .appsync_checks import checked_auth, checked_log, with_defaults
from .world import Members, Operation, operations_of, some

CONFIGS = {
    "AWS_LAMBDA": "lambdaConfig",
    "AMAZON_DYNAMODB": "dynamodbConfig",
    "AMAZON_ELASTICSEARCH": "elasticsearchConfig",
    "AMAZON_OPENSEARCH_SERVICE": "openSearchServiceConfig",
    "HTTP": "httpConfig",
    "RELATIONAL_DATABASE": "relationalDatabaseConfig",
    "AMAZON_EVENTBRIDGE": "eventBridgeConfig",
}
ROLELESS = {"NONE", "HTTP"}


class Parts:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("appsync", self)

    def _shown(self, one: Members) -> Members:
        found = {key: value for key, value in one.items() if key not in {"apiId", "since"}}
        return with_defaults(found) if self.world.on("defaults-shown") else found

    def _source(self, sent: Members, name: str) -> Members:
        api = self.shelf.api(sent["apiId"])
        found: Members | None = self.shelf.sources.get(f"{api['apiId']}/{name}")
        if found is None:
            raise Refused("NotFoundException", f"No data source found named {name}", 404)
        return found

    def _checked_source(self, sent: Members) -> None:
        if self.world.on("unchecked"):
            return
        needed = CONFIGS.get(sent["type"])
        if needed and needed not in sent:
            raise bad(f"{needed} is needed for {sent['type']}.")
        if sent["type"] not in ROLELESS and "serviceRoleArn" not in sent:
            raise bad("A service role is needed.")
        if "serviceRoleArn" in sent:
            checked_log(sent, "serviceRoleArn")
        if sent["type"] == "HTTP" and not str(sent["httpConfig"].get("endpoint")).startswith(
            "http"
        ):
            raise bad("The endpoint is no address.")

    def create_data_source(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        self._checked_source(sent)
        key = f"{api['apiId']}/{sent['name']}"
        if self.shelf.sources.get(key):
            raise bad(f"Data source with name {sent['name']} already exists")
        return self._kept_source(key, sent)

    def _kept_source(self, key: str, sent: Members) -> Members:
        arn = f"{self.shelf.arn(sent['apiId'])}/datasources/{sent['name']}"
        made = {"metricsConfig": "DISABLED", **sent, "dataSourceArn": arn}
        self.shelf.sources.put(key, made)
        return {"dataSource": self._shown(made)}

    def get_data_source(self, sent: Members) -> Members:
        return {"dataSource": self._shown(self._source(sent, sent["name"]))}

    def list_data_sources(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        found = [one for one in self.shelf.sources.listed() if one["apiId"] == api["apiId"]]
        return self.shelf.paged("dataSources", [self._shown(one) for one in found], sent)

    def update_data_source(self, sent: Members) -> Members:
        self._source(sent, sent["name"])
        self._checked_source(sent)
        return self._kept_source(f"{sent['apiId']}/{sent['name']}", sent)

    def delete_data_source(self, sent: Members) -> Members:
        source = self._source(sent, sent["name"])
        for one in self.shelf.functions.all():
            if one["apiId"] == sent["apiId"] and one["dataSourceName"] == source["name"]:
                raise bad("Cannot delete a data source that a function uses.")
        self.shelf.sources.drop(f"{sent['apiId']}/{source['name']}")
        return {}

    def _checked_function(self, sent: Members) -> None:
        self._source(sent, sent["dataSourceName"])
        if ("code" in sent) is not ("runtime" in sent):
            raise bad("Code needs a runtime, and a runtime code.")
        if "runtime" in sent and sent["runtime"]["runtimeVersion"] != "1.0.0":
            raise bad("The version of the runtime is not supported.")
        templates = {"requestMappingTemplate", "responseMappingTemplate"} & sent.keys()
        if "runtime" in sent and (templates or "functionVersion" in sent):
            raise bad("Code excludes templates and their version.")
        if sent.get("functionVersion", "2018-05-29") != "2018-05-29":
            raise bad("The version of the function is not supported.")

    def create_function(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        self._checked_function(sent)
        identity = some(string.ascii_lowercase, 1) + some(BASE36, 25)
        return self._kept_function({**sent, "apiId": api["apiId"], "functionId": identity})

    def _kept_function(self, sent: Members) -> Members:
        identity = sent["functionId"]
        arn = f"{self.shelf.arn(sent['apiId'])}/functions/{identity}"
        version = {} if "runtime" in sent else {"functionVersion": "2018-05-29"}
        made = {"maxBatchSize": 0, **version, **sent, "functionArn": arn}
        self.shelf.functions.put(identity, made)
        return {"functionConfiguration": self._shown(made)}

    def _function(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        found: Members | None = self.shelf.functions.get(sent["functionId"])
        if found is None or found["apiId"] != api["apiId"]:
            raise Refused("NotFoundException", f"No function found {sent['functionId']}", 404)
        return found

    def get_function(self, sent: Members) -> Members:
        return {"functionConfiguration": self._shown(self._function(sent))}

    def list_functions(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        found = [one for one in self.shelf.functions.listed() if one["apiId"] == api["apiId"]]
        return self.shelf.paged("functions", [self._shown(one) for one in found], sent)

    def update_function(self, sent: Members) -> Members:
        self._function(sent)
        self._checked_function(sent)
        return self._kept_function(sent)

    def delete_function(self, sent: Members) -> Members:
        self.shelf.functions.drop(self._function(sent)["functionId"])
        return {}

    def _cache(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        found: Members | None = self.shelf.caches.get(api["apiId"])
        if found is None or self._cache_shown(found) is None:
            raise Refused("NotFoundException", "Unable to find cache for the API.", 404)
        return found

    def _cache_shown(self, cache: Members) -> Members | None:
        """A cache with its state; one that is being deleted is gone after a while."""
        state = cache.get("state", "CREATING")
        if state == "DELETING":
            over = self.world.now() > cache["since"] + 2
            return None if over else {**self._bare(cache), "status": state}
        return {**self._bare(cache), "status": self.world.state(cache["since"], state, "AVAILABLE")}

    def _bare(self, cache: Members) -> Members:
        return {key: one for key, one in cache.items() if key not in {"apiId", "since", "state"}}

    def _idle(self, cache: Members) -> None:
        shown = self._cache_shown(cache)
        if shown is not None and shown["status"] != "AVAILABLE":
            text = "The cache is being changed. Try again later."
            raise Refused("ConcurrentModificationException", text, 409)

    def _checked_cache(self, sent: Members) -> None:
        if not 1 <= sent["ttl"] <= 3600:
            raise bad("ttl must be from 1 to 3600.")

    def create_api_cache(self, sent: Members) -> Members:
        api = self.shelf.api(sent["apiId"])
        self._checked_cache(sent)
        known = self.shelf.caches.get(api["apiId"])
        if known is not None and self._cache_shown(known) is not None:
            raise bad("A cache already exists for this API.")
        usual: Members = {"transitEncryptionEnabled": False, "atRestEncryptionEnabled": False}
        usual |= {"healthMetricsConfig": "DISABLED"}
        made = {**usual, **sent, "since": self.world.now(), "state": "CREATING"}
        self.shelf.caches.put(api["apiId"], made)
        return {"apiCache": self._cache_shown(made)}

    def get_api_cache(self, sent: Members) -> Members:
        return {"apiCache": self._cache_shown(self._cache(sent))}

    def update_api_cache(self, sent: Members) -> Members:
        cache = self._cache(sent)
        self._checked_cache(sent)
        self._idle(cache)
        changed = {**cache, **sent, "since": self.world.now(), "state": "MODIFYING"}
        self.shelf.caches.put(cache["apiId"], changed)
        return {"apiCache": self._cache_shown(changed)}

    def flush_api_cache(self, sent: Members) -> Members:
        self._idle(self._cache(sent))
        return {}

    def delete_api_cache(self, sent: Members) -> Members:
        cache = self._cache(sent)
        self._idle(cache)
        gone = {**cache, "since": self.world.now(), "state": "DELETING"}
        if self.world.on("lingering"):
            self.shelf.caches.put(cache["apiId"], gone)
        else:
            self.shelf.caches.drop(cache["apiId"])
        return {}

    def _event(self, sent: Members) -> Members:
        found: Members | None = self.shelf.events.get(sent["apiId"])
        if found is None:
            raise Refused("NotFoundException", f"API {sent['apiId']} not found.", 404)
        return found

    def _checked_event(self, sent: Members) -> None:
        if self.world.on("unchecked"):
            return
        settings = sent["eventConfig"]
        for one in settings["authProviders"]:
            checked_auth(one, "cognitoConfig")
        checked_log(settings.get("logConfig"), "cloudWatchLogsRoleArn")
        known = {one["authType"] for one in settings["authProviders"]}
        for name in ("connectionAuthModes", "defaultPublishAuthModes", "defaultSubscribeAuthModes"):
            if not settings[name] or {one["authType"] for one in settings[name]} - known:
                raise bad(f"{name} are of the providers.")

    def create_api(self, sent: Members) -> Members:
        self._checked_event(sent)
        identity = some(BASE36, 26)
        host = f"{some(BASE36, 26)}.appsync"
        made = {
            **sent,
            "apiId": identity,
            "apiArn": self.shelf.arn(identity),
            "created": self.world.now(),
            "xrayEnabled": False,
            "dns": {"HTTP": f"{host}-api.amazonaws.com", "REALTIME": f"{host}-realtime-api.x.com"},
        }
        self.shelf.events.put(identity, made)
        return {"api": self._event_shown(made)}

    def _event_shown(self, api: Members) -> Members:
        if self.world.on("defaults-shown"):
            settings = api["eventConfig"]
            providers = [with_defaults(one) for one in settings["authProviders"]]
            api = {**api, "eventConfig": {**settings, "authProviders": providers}}
        return {key: one for key, one in api.items() if key != "tags" or one}

    def get_api(self, sent: Members) -> Members:
        return {"api": self._event_shown(self._event(sent))}

    def list_apis(self, sent: Members) -> Members:
        found = [self._event_shown(one) for one in self.shelf.events.listed()]
        return self.shelf.paged("apis", found, sent)

    def update_api(self, sent: Members) -> Members:
        api = self._event(sent)
        self._checked_event(sent)
        changed = {**api, **sent}
        self.shelf.events.put(api["apiId"], changed)
        return {"api": self._event_shown(changed)}

    def delete_api(self, sent: Members) -> Members:
        self.shelf.events.drop(self._event(sent)["apiId"])
        return {}
