"""ECR: which operations it has; repositories and the registry itself."""

from __future__ import annotations

import base64
import time

from tests.servers.keys.policies import checked_policy
from tests.servers.keys.wire import Members, Refused

from .images import Images
from .readings import World
from .repositories import Repositories, Repository, invalid
from .repository_texts import RepositoryTexts
from .service import Service


class Registry(Service):
    """The operations on the registry, and those of the other parts."""

    name = "ecr"
    target = "AmazonEC2ContainerRegistry_V20150921"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._policy: str | None = None
        repositories = Repositories(world, self.tag_list)
        self.operations = {
            "GetAuthorizationToken": self.token,
            "DescribeRegistry": self.describe,
            "PutRegistryPolicy": self.put_policy,
            "GetRegistryPolicy": self.get_policy,
            "DeleteRegistryPolicy": self.delete_policy,
            **repositories.operations,
            **RepositoryTexts(repositories, self.rewritten).operations,
            **Images(repositories).operations,
        }
        for number in range(105 if world.on("populated") else 0):
            name = f"nightly/build-{number:03}"
            made = Repository(name, 1.6e9 + number)
            repositories.all.put(name, made, long_ago=True)

    def invalid(self, operation: str, why: str) -> str:
        del operation, why
        other = self.world.on("other-codes")
        return "ValidationException" if other else "InvalidParameterException"

    def token(self, sent: Members) -> Members:
        accounts = sent.get("registryIds", [self.world.account])
        suffix = ".cn" if self.world.on("other-partition") else ""
        return {
            "authorizationData": [
                {
                    "authorizationToken": base64.b64encode(f"AWS:{one}-secret".encode()).decode(),
                    "expiresAt": time.time() + 12 * 3600,
                    "proxyEndpoint": f"https://{one}.dkr.ecr.{self.world.region}.amazonaws.com{suffix}",
                }
                for one in accounts
            ]
        }

    def describe(self, sent: Members) -> Members:
        del sent
        return {"registryId": self.world.account, "replicationConfiguration": {"rules": []}}

    def put_policy(self, sent: Members) -> Members:
        try:
            checked_policy(sent["policyText"], resource=True)
        except Refused as refused:
            raise invalid("PolicyText", "Invalid registry policy provided") from refused
        self._policy = self.rewritten(sent["policyText"])
        return self._shown()

    def get_policy(self, sent: Members) -> Members:
        del sent
        return self._shown()

    def delete_policy(self, sent: Members) -> Members:
        del sent
        shown = self._shown()
        self._policy = None
        return shown

    def _shown(self) -> Members:
        if self._policy is None:
            text = f"Registry policy does not exist in the registry '{self.world.account}'"
            raise Refused("RegistryPolicyNotFoundException", text)
        return {"registryId": self.world.account, "policyText": self._policy}
