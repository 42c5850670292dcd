"""The operations of SSM parameters."""

from __future__ import annotations

import base64
import re
import threading
import time
from typing import Any

from tests.servers.testbed.wire import Refusal

from .filters import below, check, fits
from .parameters import Parameter, Version, invalid, named, version
from .queue import ACCOUNT
from .readings import Readings

Body = dict[str, Any]
ABSENT = "ParameterNotFound"


class Parameters:
    """Operations by name; `region` is of the request."""

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        self.all: dict[tuple[str, str], Parameter] = {}
        self.lock = threading.RLock()

    def put_parameter(self, body: Body, region: str, _host: str) -> Body:
        name = named(body["Name"], new=True)
        known = self.all.get((region, name))
        overwrite = body.get("Overwrite", False)
        if overwrite and body.get("Tags"):
            raise invalid("Tags are for new parameters.")
        if known and not overwrite:
            raise Refusal(400, "ParameterAlreadyExists", "There is one of this name.")
        if known is None:
            made = Parameter(name, region, [version(body, None, 1)], _tags(body.get("Tags", [])))
            self.all[region, name] = made
        else:
            known.versions.append(version(body, known.now, known.now.number + 1))
            self._rotate(known)
        now = self.all[region, name].now
        return {"Tier": now.tier, "Version": now.number}

    def _rotate(self, parameter: Parameter) -> None:
        if len(parameter.versions) <= 100:
            return
        if parameter.versions[0].labels:
            parameter.versions.pop()
            raise Refusal(400, "ParameterMaxVersionLimitExceeded", "The oldest has a label.")
        parameter.versions.pop(0)

    def _at(self, text: str, region: str) -> tuple[Parameter, Version, str]:
        """The parameter, the version and the selector of a name or an ARN."""
        text = text.strip(" ")
        arn = re.fullmatch(r"arn:[^:]+:ssm:([^:]+):([^:]+):parameter/(.+)", text)
        name, _, selector = (arn[3] if arn else text).partition(":")
        if arn:
            name = f"/{name}" if "/" in name or (region, name) not in self.all else name
            region = arn[1] if arn[2] == ACCOUNT else ""
        found = self.all.get((region, named(name)))
        if found is None:
            raise Refusal(400, ABSENT, "There is no such parameter.")
        if not selector:
            before = time.time() - (1.0 if self.readings.on("lagging") else 0.0)
            seen = [one for one in found.versions if one.at <= before] or found.versions[:1]
            return found, seen[-1], ""
        for one in found.versions:
            if selector == str(one.number) or selector in one.labels:
                return found, one, f":{selector}"
        raise Refusal(400, "ParameterVersionNotFound", "There is no such version.")

    def _shown(self, found: tuple[Parameter, Version, str], body: Body) -> Body:
        parameter, one, selector = found
        shown = {
            "ARN": parameter.arn,
            "Name": parameter.name,
            "Type": one.kind,
            "Version": one.number,
            "DataType": one.data_type,
            "LastModifiedDate": round(one.at, 3),
            "Value": one.read(plainly=body.get("WithDecryption", False)),
        }
        return {**shown, "Selector": selector} if selector else shown

    def get_parameter(self, body: Body, region: str, _host: str) -> Body:
        return {"Parameter": self._shown(self._at(body["Name"], region), body)}

    def get_parameters(self, body: Body, region: str, _host: str) -> Body:
        found, lost = [], []
        for name in sorted(set(body["Names"])):
            try:
                found.append(self._shown(self._at(name, region), body))
            except Refusal as refusal:
                if refusal.code == "ValidationException":
                    raise
                lost.append(name)
        found.sort(key=lambda one: str(one["Name"]))
        return self._lists({"Parameters": found, "InvalidParameters": lost})

    def _lists(self, lists: dict[str, list[Any]]) -> Body:
        nulls = self.readings.on("nulls")
        return {name: items for name, items in lists.items() if items or nulls}

    def get_parameters_by_path(self, body: Body, region: str, _host: str) -> Body:
        path = body["Path"]
        if not path.startswith("/"):
            raise invalid("A path begins with a slash.")
        filters = body.get("ParameterFilters", [])
        check(filters, path=True)
        deep = body.get("Recursive", False)
        labels = {label for one in filters if one["Key"] == "Label" for label in one["Values"]}
        found = []
        for parameter in self._of(region):
            if below(parameter.name, path, deep=deep) and all(fits(parameter, f) for f in filters):
                one = next((v for v in parameter.versions if labels & {*v.labels}), parameter.now)
                found.append(self._shown((parameter, one, ""), body))
        return self._page("Parameters", found, body, 10)

    def _of(self, region: str) -> list[Parameter]:
        before = time.time() - (1.0 if self.readings.on("lagging") else 0.0)
        found = [
            one
            for (at, _), one in self.all.items()
            if at == region and one.versions[0].at <= before
        ]
        return sorted(found, key=lambda one: one.name[::-1])

    def describe_parameters(self, body: Body, region: str, _host: str) -> Body:
        filters = body.get("ParameterFilters", [])
        check(filters, path=False)
        if filters and body.get("Filters"):
            raise invalid("Either filters or parameter filters.")
        old = [{**one, "Option": "BeginsWith"} for one in body.get("Filters", [])]
        shown = [
            {"ARN": one.arn, **one.now.said(region), "Name": one.name}
            for one in self._of("" if body.get("Shared") else region)
            if all(fits(one, each) for each in [*filters, *old])
        ]
        return self._page("Parameters", shown, body, 50)

    def get_parameter_history(self, body: Body, region: str, _host: str) -> Body:
        parameter, _, selector = self._at(body["Name"], region)
        if selector:
            raise invalid("A history is of all versions.")
        plainly = body.get("WithDecryption", False)
        shown = [
            {**one.said(region), "Name": parameter.name, "Value": one.read(plainly=plainly)}
            | ({"Labels": one.labels} if one.labels or self.readings.on("nulls") else {})
            for one in parameter.versions
        ]
        return self._page("Parameters", shown, body, 50)

    def _page(self, name: str, items: list[Body], body: Body, most: int) -> Body:
        try:
            token = base64.b64decode(body.get("NextToken", "MA=="), validate=True).decode()
            start = int(token.removeprefix("from "))
        except ValueError as error:
            raise Refusal(400, "InvalidNextToken", "The token is no token.") from error
        size = body.get("MaxResults", most)
        if self.readings.on("pages"):
            # Of the first page there is nothing yet: between zero and what may be are allowed.
            size = 0 if "NextToken" not in body and items else max(1, size - 1)
        page = {name: items[start : start + size]}
        if start + size < len(items):
            page["NextToken"] = base64.b64encode(f"from {start + size}".encode()).decode()  # type: ignore[assignment]
        return page

    def delete_parameter(self, body: Body, region: str, _host: str) -> Body:
        if self.all.pop((region, named(body["Name"])), None) is None:
            raise Refusal(400, ABSENT, "There is no such parameter.")
        return {}

    def delete_parameters(self, body: Body, region: str, _host: str) -> Body:
        names = list(dict.fromkeys(body["Names"]))
        gone = [name for name in names if self.all.pop((region, name.strip(" ")), None)]
        lost = [name for name in names if name not in gone]
        return self._lists({"DeletedParameters": gone[::-1], "InvalidParameters": lost[::-1]})

    def label_parameter_version(self, body: Body, region: str, _host: str) -> Body:
        parameter = self._plain(body["Name"], region)
        chosen = self._version(parameter, body.get("ParameterVersion", parameter.now.number))
        good: list[str] = []
        bad: list[str] = []
        for label in dict.fromkeys(body["Labels"]):
            right = re.fullmatch(r"[A-Za-z_.-][A-Za-z0-9_.-]*", label)
            reserved = label.lower().startswith(("aws", "ssm"))
            (good if right and not reserved else bad).append(label)
        if len({*chosen.labels, *good}) > 10:
            raise Refusal(400, "ParameterVersionLabelLimitExceeded", "Ten labels at most.")
        for one in parameter.versions:
            one.labels = [label for label in one.labels if label not in good]
        chosen.labels += good
        return {"ParameterVersion": chosen.number} | self._lists({"InvalidLabels": bad[::-1]})

    def unlabel_parameter_version(self, body: Body, region: str, _host: str) -> Body:
        parameter = self._plain(body["Name"], region)
        chosen = self._version(parameter, body["ParameterVersion"])
        gone = [label for label in body["Labels"] if label in chosen.labels]
        chosen.labels = [label for label in chosen.labels if label not in gone]
        lost = [label for label in body["Labels"] if label not in gone]
        return self._lists({"RemovedLabels": gone[::-1], "InvalidLabels": lost[::-1]})

    def _plain(self, name: str, region: str) -> Parameter:
        found = self.all.get((region, named(name)))
        if found is None:
            raise Refusal(400, ABSENT, "There is no such parameter.")
        return found

    def _version(self, parameter: Parameter, number: int) -> Version:
        for one in parameter.versions:
            if one.number == number:
                return one
        raise Refusal(400, "ParameterVersionNotFound", "There is no such version.")

    def _tagged(self, body: Body, region: str) -> Parameter:
        found = self.all.get((region, body["ResourceId"].strip(" ")))
        if body["ResourceType"] != "Parameter" or found is None:
            raise Refusal(400, "InvalidResourceId", "There is no such resource.")
        return found

    def add_tags_to_resource(self, body: Body, region: str, _host: str) -> Body:
        parameter = self._tagged(body, region)
        tags = parameter.tags | _tags(body["Tags"])
        if len(tags) > 50:
            raise Refusal(400, "TooManyTagsError", "Fifty tags at most.")
        parameter.tags = tags
        return {}

    def remove_tags_from_resource(self, body: Body, region: str, _host: str) -> Body:
        parameter = self._tagged(body, region)
        for key in body["TagKeys"]:
            parameter.tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, body: Body, region: str, _host: str) -> Body:
        tags = self._tagged(body, region).tags
        shown = [{"Value": value, "Key": key} for key, value in reversed(tags.items())]
        return self._lists({"TagList": shown})


def _tags(tags: list[Body]) -> dict[str, str]:
    if len(tags) > 50:
        raise Refusal(400, "TooManyTagsError", "Fifty tags at most.")
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise invalid("Such tags are reserved.")
    return {tag["Key"]: tag["Value"] for tag in tags}
