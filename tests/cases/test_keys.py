"""Defects of API keys: what is tagged, deleted, renamed and named by an ARN."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest

from tests.sampling import narrowed, one_in

QUICK = ("--profile", "quick", "--seed", "7")


@pytest.fixture
def on_reference(reference_port, proxied, run):
    """Runs one service of the reference with a case in front of it."""

    def go(case, service, *arguments):
        return run(proxied(case, reference_port), "--service", service, *QUICK, *arguments)

    return go


# -- The published cases ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", narrowed("*/behavior/*tag*", "*/GetApiKeys/behavior/*", "*/status/*", "*/response/*")
)
@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        (
            "run-tags-not-in-key-answers",
            {
                "CreateApiKey/behavior/answer-shows-tags",
                "CreateApiKey/behavior/tags-is-stored",
                "GetApiKey/behavior/shows-tags",
                "GetApiKeys/behavior/shows-tags",
                "UpdateApiKey/behavior/shows-tags",
            },
        ),
        ("run-tags-not-in-list", {"GetApiKeys/behavior/shows-tags"}),
        ("run-two-tag-stores", {"TagResource/behavior/key-shows-tags"}),
        ("run-filter-by-old-name", {"GetApiKeys/behavior/filter-follows-a-new-name"}),
    ],
)
def test_a_published_case_is_told_by_its_name_alone(on_reference, case, name, requirements, asked):
    found = on_reference(case(name), "apigateway", *asked)

    assert found.code == 1
    assert found.failed() == {f"apigateway/{one}" for one in requirements}


@pytest.mark.parametrize("asked", narrowed("*/protocol/arns", "*/status/*", "*/response/*"))
def test_the_region_of_an_arn_is_that_of_the_request(on_reference, case, asked):
    found = on_reference(case("run-arn-region"), "location", "--region", "eu-central-1", *asked)

    assert found.code == 1
    assert found.failed() == {"location/protocol/arns"}
    assert "eu-central-1" in found.out


@pytest.mark.parametrize(
    ("reading", "region"),
    one_in(3, [("b", "cn-north-1"), ("a", "eu-central-1"), ("a", "us-gov-west-1")]),
)
def test_the_reference_is_right_in_every_region(reference, run, reading, region):
    port = reference(reading=reading)
    asked = [
        f"--requirement=*/{of}" for of in ("*Tag*/behavior/*", "*Key/behavior/*", "protocol/arns")
    ]
    found = run(f"http://127.0.0.1:{port}", "--region", region, "--strict", *QUICK, *asked)

    assert found.code == 0, found.out
    assert not found.failed("required", "expected", "strict", "informational")
    assert found.verdict("location/protocol/arns") == "passed"


# -- Their siblings --------------------------------------------------------------------------------


def of(change):
    """A case that changes answers whose body is a JSON object."""

    def answer(method, path, headers, _body, status, answered, data, upstream):
        if data[:1] != b"{":
            return None
        body = json.loads(data)
        asked = SimpleNamespace(
            method=method, path=urlsplit(path).path, query=dict(parse_qsl(urlsplit(path).query)),
            status=status, headers=headers, upstream=upstream,
        )  # fmt: skip
        changed = change(asked, body)
        return None if changed is None else (status, answered, json.dumps(changed).encode())

    return SimpleNamespace(answer=answer)


def accept(headers):
    return [pair for pair in headers if pair[0].lower() in {"accept", "authorization"}]


def is_key(asked):
    return asked.status == 200 and asked.path.startswith("/apikeys/")


def without_tag_operations():
    """A target that has no operations on tags, and whose answers about keys show none."""

    def request(_method, path, _headers, _body, _upstream):
        if path.startswith("/tags/"):
            return 404, [("content-type", "text/html")], b"<h1>Not Found</h1>"
        return None

    def untagged(_asked, body):
        for one in (body, *body.get("item", ())):
            one.pop("tags", None)
        return body

    return SimpleNamespace(request=request, answer=of(untagged).answer)


def tags_stay():
    def request(method, path, _headers, _body, _upstream):
        return (204, [], b"") if method == "DELETE" and path.startswith("/tags/") else None

    return SimpleNamespace(request=request)


def tags_of_the_creation():
    """GetApiKey shows the tags that the key was created with, whatever became of them."""
    first = {}

    def shown(asked, body):
        if asked.method == "POST" and asked.status == 201 and "id" in body:
            first[body["id"]] = body.get("tags", {})
        elif asked.method == "GET" and is_key(asked):
            return {**body, "tags": first.get(body["id"], {})}
        return None

    return of(shown)


def update_forgets_tags():
    """An update removes the tags of the key."""

    def request(method, path, headers, _body, upstream):
        if method == "PATCH" and path.startswith("/apikeys/"):
            status, _, data = upstream("GET", path, accept(headers), None)
            for name in json.loads(data).get("tags", {}) if status == 200 else ():
                arn = f"arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A{path.replace('/', '%2F')}"
                upstream("DELETE", f"/tags/{arn}?{urlencode({'tagKeys': name})}", [], None)

    return SimpleNamespace(request=request)


def tagging_forgets_the_description():
    def request(method, path, _headers, _body, upstream):
        if method in {"PUT", "DELETE"} and path.startswith("/tags/"):
            key = unquote(urlsplit(path).path).rpartition("/")[2]
            change = {"op": "replace", "path": "/description", "value": ""}
            patch = json.dumps({"patchOperations": [change]}).encode()
            upstream("PATCH", f"/apikeys/{key}", [("Content-Type", "application/json")], patch)

    return SimpleNamespace(request=request)


def tags_outlive_the_key():
    kept = {}

    def request(method, path, headers, _body, upstream):
        key = unquote(urlsplit(path).path).rpartition("/")[2]
        if method == "DELETE" and path.startswith("/apikeys/"):
            status, _, data = upstream("GET", path, accept(headers), None)
            if status == 200:
                kept[key] = json.loads(data).get("tags", {})
        if method == "GET" and path.startswith("/tags/") and key in kept:
            body = json.dumps({"tags": kept[key]}).encode()
            return 200, [("Content-Type", "application/json")], body
        return None

    return SimpleNamespace(request=request)


def deleted_twice(start, success):
    """A second deletion of the same resource is answered as the first one was."""
    gone = set()

    def answer(method, path, _headers, _body, status, _answered, _data, _upstream):
        name = urlsplit(path).path
        if method == "DELETE" and name.startswith(start):
            if status == success:
                gone.add(name)
            elif status == 404 and name in gone:
                return success, [("Content-Type", "application/json")], b""
        return None

    return SimpleNamespace(answer=answer)


def found_by_both_names():
    """After a new name was given the filter finds the key by the old one, too."""
    first = {}

    def changed(asked, body):
        if asked.status == 201 and "id" in body:
            first[body["id"]] = body.get("name", "")
        wanted = asked.query.get("name")
        if asked.method == "GET" and asked.path == "/apikeys" and wanted and asked.status == 200:
            there = {one["id"] for one in body["item"]}
            for key, name in first.items():
                if name.startswith(wanted) and key not in there:
                    status, _, data = asked.upstream(
                        "GET", f"/apikeys/{key}", accept(asked.headers), None
                    )
                    if status == 200:
                        body["item"].append(json.loads(data))
            return body
        return None

    return of(changed)


def value_in(operation):
    values = {}

    def leaked(asked, body):
        if asked.status == 201 and "id" in body and "value" in body:
            values[body["id"]] = body["value"]
        elif operation == "list" and asked.path == "/apikeys" and asked.status == 200:
            items = [{**one, "value": values.get(one["id"], "x" * 20)} for one in body["item"]]
            return {**body, "item": items}
        elif asked.method == operation and is_key(asked):
            return {**body, "value": values.get(body["id"], "x" * 20)}
        return None

    return of(leaked)


def without_query(*names):
    """These query parameters are passed over."""

    def request(method, path, headers, body, _upstream):
        parts = urlsplit(path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        kept = urlencode([pair for pair in pairs if pair[0] not in names])
        return method, f"{parts.path}?{kept}" if kept else parts.path, headers, body

    return SimpleNamespace(request=request)


def created_now():
    return of(
        lambda asked, body: (
            {**body, "createdDate": body["lastUpdatedDate"]} if is_key(asked) else None
        )
    )


def flag_as_text():
    return of(
        lambda asked, body: (
            {**body, "enabled": str(body["enabled"]).lower()} if is_key(asked) else None
        )
    )


@pytest.mark.parametrize(
    ("case", "requirement"),
    one_in(
        5,
        [
            (without_tag_operations(), "CreateApiKey/behavior/answer-shows-tags"),
            (without_tag_operations(), "GetApiKey/behavior/shows-tags"),
            (without_tag_operations(), "UpdateApiKey/behavior/shows-tags"),
            (tags_stay(), "UntagResource/behavior/removes-the-named"),
            (tags_stay(), "UntagResource/behavior/key-shows-no-removed-tags"),
            (tags_of_the_creation(), "TagResource/behavior/key-shows-tags"),
            (tags_of_the_creation(), "UntagResource/behavior/key-shows-no-removed-tags"),
            (update_forgets_tags(), "UpdateApiKey/behavior/tags-survive"),
            (update_forgets_tags(), "UpdateApiKey/behavior/leaves-shown-tags"),
            (tagging_forgets_the_description(), "TagResource/behavior/changes-tags-alone"),
            (tagging_forgets_the_description(), "UntagResource/behavior/changes-tags-alone"),
            (tags_outlive_the_key(), "DeleteApiKey/behavior/takes-the-tags-along"),
            (deleted_twice("/apikeys/", 202), "DeleteApiKey/behavior/second-deletion"),
            (found_by_both_names(), "GetApiKeys/behavior/filter-follows-a-new-name"),
            (value_in("GET"), "GetApiKey/behavior/value-only-where-asked-for"),
            (value_in("list"), "GetApiKeys/behavior/values-only-where-asked-for"),
            (without_query("includeValue"), "GetApiKey/behavior/value-only-where-asked-for"),
            (without_query("includeValues"), "GetApiKeys/behavior/values-only-where-asked-for"),
            (without_query("limit"), "GetApiKeys/behavior/paging-visits-each-key-once"),
            (created_now(), "UpdateApiKey/behavior/identity-never-changes"),
            (flag_as_text(), "GetApiKey/response/enabled/type"),
        ],
    ),
)
def test_a_defect_of_api_keys_fails_the_gate(on_reference, case, requirement):
    name = f"apigateway/{requirement}"
    found = on_reference(case, "apigateway", "--requirement", name)

    assert found.code == 1
    assert found.failed() == {name}


@pytest.mark.parametrize(
    "asked", narrowed("*/behavior/*value*", "*/UpdateApiKey/patch/*", "*/status/*", "*/response/*")
)
def test_a_value_in_the_answer_of_an_update_is_told_and_fails_nothing(on_reference, asked):
    found = on_reference(value_in("PATCH"), "apigateway", "--strict", *asked)

    assert found.code == 0
    assert "apigateway/UpdateApiKey/behavior/value-is-not-shown" in found.failed("informational")


@pytest.mark.parametrize("asked", narrowed("*/behavior/*tag*", "*/status/*", "*/response/*"))
def test_untagged_keys_may_show_empty_tags_or_none(on_reference, asked):
    def emptied(asked, body):
        if asked.status in {200, 201} and asked.path.startswith("/apikeys"):
            for one in (body, *body.get("item", ())):
                if "id" in one:
                    one.setdefault("tags", {})
            return body
        return None

    found = on_reference(of(emptied), "apigateway", "--strict", *asked)

    assert found.code == 0, found.out


# -- Positions that count --------------------------------------------------------------------------


def counting_position():
    """A position is the number of keys before it."""

    def request(method, path, headers, body, upstream):
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        limit = query.get("limit", "25")
        start = query.pop("position", "0")
        if method != "GET" or parts.path != "/apikeys" or not (limit + start).isdigit():
            return method, path, headers, body
        query["limit"] = "500"
        status, answered, data = upstream("GET", f"/apikeys?{urlencode(query)}", headers, None)
        found = json.loads(data)
        begin, size = int(start), int(limit)
        if status != 200 or "position" in found or not 1 <= size <= 500:
            return method, path, headers, body
        page = {"item": found["item"][begin : begin + size]}
        if begin + size < len(found["item"]):
            page["position"] = str(begin + size)
        return status, answered, json.dumps(page).encode()

    return SimpleNamespace(request=request)


def counting_token():
    """A NextToken is the number of keys before it."""

    def request(method, path, headers, body, upstream):
        try:
            asked = json.loads(body or b"")
            size, start = int(asked.get("MaxResults", 100)), int(asked.pop("NextToken", 0))
        except (ValueError, AttributeError, TypeError):
            return method, path, headers, body
        if not path.endswith("/list-keys") or not 1 <= size <= 100:
            return method, path, headers, body
        everything = json.dumps({**asked, "MaxResults": 100}).encode()
        status, answered, data = upstream(method, path, headers, everything)
        found = json.loads(data)
        if status != 200 or "NextToken" in found:
            return method, path, headers, body
        page = {"Entries": found["Entries"][start : start + size]}
        if start + size < len(found["Entries"]):
            page["NextToken"] = str(start + size)
        return status, answered, json.dumps(page).encode()

    return SimpleNamespace(request=request)


@pytest.mark.parametrize(
    ("case", "service", "operation"),
    [(counting_position(), "apigateway", "GetApiKeys"), (counting_token(), "location", "ListKeys")],
)
def test_a_position_that_counts_is_told_and_fails_nothing(on_reference, case, service, operation):
    asked = ("--requirement", f"*/{operation}/behavior/paging-*")
    found = on_reference(case, service, *asked)

    name = f"{service}/{operation}/behavior/paging-after-a-deletion"
    assert found.code == 0, found.out
    assert found.failed("informational") == {name}


# -- Location --------------------------------------------------------------------------------------


def part_of_arns(index, text, *paths):
    """A part of each KeyArn is another one."""

    def changed(asked, body):
        if "KeyArn" not in body or (paths and asked.method not in paths):
            return None
        parts = body["KeyArn"].split(":", 5)
        parts[index] = text
        return {**body, "KeyArn": ":".join(parts)}

    return of(changed)


def tags_come_back():
    """A new key has the tags of the deleted one that had its name."""
    tags: dict[str, dict[str, str]] = {}

    def changed(asked, body):
        name = body.get("KeyName")
        if asked.method == "GET" and asked.status == 200 and name is not None:
            known = tags.setdefault(name, body.get("Tags", {}))
            return {**body, "Tags": {**known, **body.get("Tags", {})}}
        return None

    return of(changed)


@pytest.mark.parametrize(
    ("case", "requirement", "region"),
    one_in(
        3,
        [
            (part_of_arns(3, "us-east-1"), "protocol/arns", "ap-southeast-2"),
            (part_of_arns(3, "us-west-2"), "protocol/arns", "us-east-1"),
            (part_of_arns(1, "aws"), "protocol/arns", "cn-north-1"),
            (part_of_arns(1, "aws"), "protocol/arns", "us-gov-west-1"),
            (part_of_arns(4, "999999999999", "GET"), "protocol/arns", "us-east-1"),
            (
                deleted_twice("/metadata/v0/keys/", 200),
                "DeleteKey/behavior/second-deletion",
                "us-east-1",
            ),
            (tags_come_back(), "CreateKey/behavior/nothing-of-a-deleted-key", "us-east-1"),
        ],
    ),
)
def test_a_defect_of_location_keys_fails_the_gate(on_reference, case, requirement, region):
    name = f"location/{requirement}"
    asked = ("--requirement", "location/*/status/*", "--requirement", name)
    found = on_reference(case, "location", "--region", region, *asked)

    assert found.code == 1
    assert name in found.failed()
