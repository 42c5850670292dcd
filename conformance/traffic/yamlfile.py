"""YAML files as plain data: texts, lists and objects, whatever their tags say.

Scalars stay the texts that they are (``on``, ``12:30`` and ``2026-11-25`` are no booleans, numbers
or dates), so that versions of YAML make no difference. A tag that names a class of Python or Ruby
is read as the data under it: nothing is ever built or run.
"""

import binascii
from pathlib import Path
from typing import Any

import yaml

from conformance.traffic.errors import MalformedTraffic

DEEPEST = 100
"""Levels of nesting: no recording has more, and the parser's stack does not hold any number."""
MOST_MERGED = 100_000
"""Members that merge keys may add up to: nested ones multiply."""
KEPT = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads every value as plain data."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own name and form
        first: [(tag, pattern) for tag, pattern in resolvers if tag in KEPT]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Called at each level down: refuse before the stack is full."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml.YAMLError("nested too deeply")
        super().descend_resolver(parent, index)

    def ascend_resolver(self) -> None:
        """Called at each level up."""
        self._depth -= 1
        super().ascend_resolver()

    def flatten_mapping(self, node: Any) -> None:
        """Merge what ``<<`` names, within bounds."""
        super().flatten_mapping(node)
        if len(node.value) > MOST_MERGED:
            raise yaml.YAMLError("merge keys produce too many members")


def _plain(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


def _tagged(loader: Any, _: str, node: Any) -> Any:
    return _plain(loader, node)


def _binary(loader: Any, node: Any) -> bytes:
    text = loader.construct_scalar(node)
    try:
        return binascii.a2b_base64("".join(str(text).split()), strict_mode=True)
    except (binascii.Error, ValueError):
        line = node.start_mark.line + 1
        raise yaml.YAMLError(f"line {line} is said to be Base64 and is not") from None


Loader.add_multi_constructor("", _tagged)
for _name in ("bool", "int", "float", "timestamp"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_name}", _plain)
for _name in ("tag:yaml.org,2002:binary", "!binary", "tag:yaml.org,2002:python/bytes_binary"):
    Loader.add_constructor(_name, _binary)


def read_yaml(path: Path, text: str) -> tuple[Any, Any]:
    """The value of a YAML file and its node, which knows the lines. Raises MalformedTraffic."""
    try:
        loader = Loader(text)
        try:
            node = loader.get_single_node()
            value = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        why = getattr(wrong, "problem", None) or str(wrong) or "it cannot be parsed"
        if why.endswith("found another document"):
            why = "it contains several documents; split it"
        raise MalformedTraffic(path, mark.line + 1 if mark else 1, f"not YAML: {why}") from None
    except RecursionError:
        raise MalformedTraffic(path, 1, "not YAML: nested too deeply") from None
    except ValueError as wrong:
        raise MalformedTraffic(path, 1, f"not YAML: {wrong}") from None
    return value, node
