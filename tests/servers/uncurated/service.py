"""What the three services have in common."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.servers.keys.wire import Members

from .readings import World

Operation = Callable[[Members], Members | None]


class Service:
    """A service of a JSON protocol and its operations by name."""

    name: str
    """What the SDK calls it."""
    target: str
    version = "1.1"
    operations: dict[str, Operation]

    def __init__(self, world: World) -> None:
        self.world = world

    def invalid(self, operation: str, why: str) -> str:
        """The code for a request that the model does not allow."""
        raise NotImplementedError

    def rewritten(self, text: str) -> str:
        """A text in JSON as it is given back."""
        if not self.world.on("normalized"):
            return text
        return json.dumps(json.loads(text), sort_keys=True, indent=2)

    def tag_list(self, tags: dict[str, str], key: str, value: str) -> list[Members]:
        """Tags as a list of structures."""
        listed = [{key: name, value: text} for name, text in tags.items()]
        if self.world.on("normalized"):
            listed.sort(key=lambda tag: tag[key])
        return listed[::-1] if self.world.on("other-order") else listed


def parsed(text: str) -> Any:
    """The value of a text in JSON; ValueError if it is none."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError(text) from error
