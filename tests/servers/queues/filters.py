"""The filters of DescribeParameters and GetParametersByPath."""

from __future__ import annotations

from typing import Any

from tests.servers.testbed.wire import Refusal

from .parameters import Parameter

Body = dict[str, Any]
DESCRIBED = {"Name", "Type", "KeyId", "Path", "Tier", "DataType"}
BY_PATH = {"Type", "KeyId", "Label"}


def check(filters: list[Body], *, path: bool) -> None:
    """Refuse filters that the operation does not have."""
    keys = [one["Key"] for one in filters]
    for key in keys:
        if key not in (BY_PATH if path else DESCRIBED) and (path or not key.startswith("tag:")):
            raise Refusal(400, "InvalidFilterKey", f"{key} is no key here.")
    if len(set(keys)) < len(keys):
        raise Refusal(400, "InvalidFilterKey", "A key is there twice.")
    for one in filters:
        key, option, values = one["Key"], one.get("Option"), one.get("Values", [])
        options = {"Equals", "BeginsWith"}
        if key == "Path":
            options = {"Recursive", "OneLevel"}
        elif key == "Name":
            options = {"Equals", "BeginsWith", "Contains"}
        elif key == "Label" or key.startswith("tag:"):
            options = {"Equals"}
        if option is not None and option not in options:
            raise Refusal(400, "InvalidFilterOption", f"{option} is no option of {key}.")
        if not values and not key.startswith("tag:"):
            raise Refusal(400, "InvalidFilterValue", "A filter has values.")
        kinds = {"Type": {"String", "StringList", "SecureString"}}
        kinds["Tier"] = {"Standard", "Advanced", "Intelligent-Tiering"}
        if option != "BeginsWith" and not set(values) <= kinds.get(key, set(values)):
            raise Refusal(400, "InvalidFilterValue", f"{key} has no such value.")
        if key == "Path" and not all(value.startswith("/") for value in values):
            raise Refusal(400, "InvalidFilterValue", "A path begins with a slash.")


def below(name: str, path: str, *, deep: bool) -> bool:
    root = path.rstrip("/") + "/"
    name = name if name.startswith("/") else f"/{name}"
    return name.startswith(root) and (deep or "/" not in name[len(root) :])


def fits(parameter: Parameter, one: Body) -> bool:
    """Whether a parameter passes one filter."""
    key, values, option = one["Key"], one.get("Values", []), one.get("Option", "Equals")
    now = parameter.now
    if key == "Path":
        deep = option == "Recursive"
        return any(below(parameter.name, value, deep=deep) for value in values)
    if key == "Label":
        return any(set(values) & set(version.labels) for version in parameter.versions)
    if key.startswith("tag:"):
        tag = parameter.tags.get(key[4:])
        return tag is not None and (not values or tag in values)
    of = {"Name": parameter.name, "Type": now.kind, "KeyId": now.key or ""}
    shown = {**of, "Tier": now.tier, "DataType": now.data_type}[key]
    if key == "Name":
        shown, values = shown.lstrip("/"), [value.lstrip("/") for value in values]
    if option == "Contains":
        return any(value in shown for value in values)
    if option == "BeginsWith":
        return shown.startswith(tuple(values))
    return shown in values
