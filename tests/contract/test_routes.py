"""Tests of the one matcher of requests to operations, over the models that botocore ships."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from botocore.loaders import Loader

from conformance.contract.levels import Source
from conformance.contract.model import Location, Operation
from conformance.contract.routes import (
    PathTemplate,
    RouteMatcher,
    above_label,
    query_of,
    with_labels,
)
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages
from tests import contracts

SAMPLE = (
    "mq", "pinpoint", "apigateway", "appconfig", "apigatewayv2", "efs", "iot", "lambda",
    "mediastore-data", "securityhub", "workspaces-web", "glacier", "batch", "devops-agent",
)  # fmt: skip


def operation(name: str, path: str, method: str = "GET", **query: str) -> Operation:
    """An operation with a route and nothing else."""
    return Operation("svc", name, method, path, query, {}, {}, 200, Source(), {}, Source())


def routes_of(service: str) -> dict[str, Operation]:
    """The operations of a model with their routes alone."""
    return {
        one.name: replace(
            operation(one.name, one.path, one.method, **one.literal_query),
            greedy=frozenset(label.wire for label in one.parameters if label.greedy),
        )
        for one in model_pages(load_model(service), service).operations.values()
    }


def filled(one: Operation) -> tuple[str, dict[str, str]]:
    """A path of an operation with a value in each label, and these values as they stand in it."""
    raw, path = {}, one.path
    for number, name in enumerate(PathTemplate(path).labels):
        raw[name] = f"v{number}%2F.-_~" + ("/more/parts" if name in one.greedy else "")
        path = path.replace(f"{{{name}}}", raw[name])
    return path, raw


def rivals(operations: Iterable[Operation], one: Operation) -> set[str]:
    """The operations that no matcher can tell apart: the same request but for the labels' names."""
    same = (one.method, with_labels(one.path, "{}"), dict(one.query))
    return {
        other.name
        for other in operations
        if (other.method, with_labels(other.path, "{}"), dict(other.query)) == same
    }


@pytest.mark.parametrize("service", SAMPLE)
def test_each_filled_path_is_of_its_own_operation(service):
    operations = routes_of(service)
    matcher = RouteMatcher(operations.values())
    for one in operations.values():
        path, raw = filled(one)
        found = matcher.find(one.method, path, query_of(one.query.items()))
        assert found is not None, one.name
        assert found.operation.name in rivals(operations.values(), one)
        if found.operation.name == one.name:
            assert found.raw == raw
    assert operations


def test_every_label_of_a_path_is_a_member_of_the_request():
    seen = 0
    for service in ("mq", "pinpoint", "mediastore-data"):
        for one in contracts.modelled(service).operations.values():
            members = {m.name for m in one.input.values() if m.location is Location.PATH}
            assert set(PathTemplate(one.path).labels) == members
            seen += len(members)
    assert seen > 100


def test_models_say_which_labels_take_slashes():
    stored = contracts.modelled("mediastore-data").operations["GetObject"]
    assert (stored.path, stored.greedy) == ("/{Path}", frozenset({"Path"}))
    assert contracts.modelled("mq").operations["DescribeBroker"].greedy == frozenset()


@pytest.mark.parametrize(
    ("template", "path", "labels"),
    [
        ("/brokers/{broker-id}", "/brokers/a.b", {"broker-id": "a.b"}),
        ("/x/{a.b}/{c_d}", "/x/1/2", {"a.b": "1", "c_d": "2"}),
        ("/x/{Key+}", "/x/a/b/c", {"Key": "a/b/c"}),
        ("/x/{Key+}/tags", "/x/a/b/tags", {"Key": "a/b"}),
        ("/x/{a}:{b}", "/x/1:2", {"a": "1", "b": "2"}),
        ("/x/{a}.json", "/x/1.json", {"a": "1"}),
        ("/x/{a}/", "/x/1/", {"a": "1"}),
        ("/x/{a}/", "/x/1", None),
        ("/x/{a}", "/x/1/", None),
        ("/x/{a}", "/x/", None),
        ("/x/{a}", "/x/1/2", None),
        ("/x(1)/{a}", "/x(1)/2", {"a": "2"}),
        ("/x/{a}", "/x/1%0A2", {"a": "1%0A2"}),
    ],
)
def test_a_template_takes_its_paths_and_no_others(template, path, labels):
    assert PathTemplate(template).match(path) == labels


def test_labels_may_be_empty_or_decoded_arns_where_that_is_meant():
    arn = "arn:aws:geo:us-east-1:123456789012:api-key/x"
    assert PathTemplate("/x/{a}", empty=True).match("/x/") == {"a": ""}
    assert PathTemplate("/x/{a}").match(f"/x/{arn}") is None
    assert PathTemplate("/x/{a}/y", arns=True).match(f"/x/{arn}/y") == {"a": arn}
    assert PathTemplate("/x/{a}").match_end("/base/x/1") == {"a": "1"}


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        ("/keys", "", "List"),
        ("/keys", "mode=import", "Import"),
        ("/keys", "mode=other", "List"),
        ("/keys", "a=1&mode=import", "Import"),
        ("/keys/new", "", "New"),
        ("/keys/other", "", "Read"),
        ("/keys/a/b", "", "Greedy"),
        ("/keys/a/b/tags", "", "Tags"),
        ("/keys/a%2Fb", "", "Read"),
        ("/nothing", "", None),
    ],
)
def test_what_says_more_comes_first(path, query, name):
    matcher = RouteMatcher(
        [
            operation("Greedy", "/keys/{Key+}"),
            operation("Read", "/keys/{key-id}"),
            operation("Tags", "/keys/{Key+}/tags"),
            operation("List", "/keys"),
            operation("Import", "/keys", mode="import"),
            operation("New", "/keys/new"),
        ]
    )
    found = matcher.find("GET", path, query_of(parse_qsl(query)))
    assert (found and found.operation.name) == name
    assert matcher.find("PUT", path, {}) is None
    assert matcher.knows(path) is (name is not None)


def test_labels_are_decoded_once():
    found = RouteMatcher([operation("Read", "/x/{a}")]).find("GET", "/x/1%252F%2B+", {})
    assert found is not None
    assert found.labels == {"a": "1%2F++"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/brokers/{broker-id}", "/brokers"),
        ("/brokers/{broker.id+}", "/brokers"),
        ("/brokers/{a}/users", None),
        ("/{a}", ""),
    ],
)
def test_the_label_that_a_path_ends_in(path, expected):
    assert above_label(path) == expected


def test_the_sample_is_of_services_that_botocore_ships():
    assert set(SAMPLE) <= set(Loader().list_available_services("service-2"))
