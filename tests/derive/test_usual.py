"""Values that a model's prose and examples show: candidates for made-up requests, no statements."""

from __future__ import annotations

import pytest

from conformance.contract.building import build_contract
from conformance.contract.deriving import assemble
from conformance.contract.deriving.example_requests import add_requests
from conformance.documents.sdk.models import SdkModel, load_model
from conformance.documents.sdk.pages import model_pages
from conformance.documents.sdk.published_examples import usual_requests, usual_values
from conformance.plan.generation.suggestions import suggestions
from conformance.plan.valid_requests.request_repair import RefusalText, repaired
from tests import contracts


def _shown(text: str, kind: str = "string") -> tuple[object, ...]:
    shapes = {
        "Request": {
            "type": "structure",
            "members": {"thing": {"shape": "Thing", "documentation": text}},
        },
        "Thing": {"type": kind},
    }
    metadata = {"apiVersion": "2020-01-01"}
    data = {"metadata": metadata, "shapes": shapes, "operations": {}}
    return usual_values(SdkModel("none-2020-01-01", "", data)).get(("Request", "thing"), ())


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("<p>The form, for example <code>mp4</code>.</p>", ("mp4",)),
        ("<p>Valid values: <code>a</code> | <code>b</code></p>", ("a", "b")),
        ("<p>The type of thing, such as Spark or Hive.</p>", ("Spark", "Hive")),
        ("<p>One of the following: <ul><li> <p> <code>ON</code> </p></li></ul>", ("ON",)),
        ("<p>Valid values are <code>NONE</code> for open access.</p>", ("NONE",)),
        ("<p>The default is <code>None</code>.</p>", ()),
        ("<p>What to do, in JSON format.</p>", ("{}",)),
        ("<p>For example, <code>&lt;your name&gt;</code>.</p>", ()),
        ("<p>The name that you gave it.</p>", ()),
    ],
)
def test_what_prose_shows(text: str, values: tuple[str, ...]) -> None:
    assert _shown(text) == values


def test_a_number_is_a_number() -> None:
    assert _shown("<p>The default is <code>25</code>.</p>", "integer") == (25,)
    assert _shown("<p>The default is <code>many</code>.</p>", "integer") == ()


def test_published_examples_count() -> None:
    usual = usual_values(load_model("batch"))
    assert "MANAGED" in usual["CreateComputeEnvironmentRequest", "type"]


def test_they_stand_in_the_spec_that_is_derived_and_keep_the_limits() -> None:
    shape = contracts.contract("batch").operations["CreateComputeEnvironment"].input["type"].shape
    assert shape.usual
    assert suggestions(shape)[0] in shape.usual


def test_published_requests_are_tried_whole_where_a_made_up_one_is_refused() -> None:
    model = load_model("dynamodb")
    (example,) = usual_requests(model)["CreateTable"]
    assert {"KeySchema", "AttributeDefinitions", "TableName"} <= set(example)
    document = assemble(model_pages(model, "dynamodb", frozenset({"CreateTable"})))
    add_requests(document, model)
    operation = build_contract("dynamodb", document, {}).operations["CreateTable"]
    request = {"TableName": "${name}", "DeletionProtectionEnabled": False}
    broken = RefusalText(500, "", "it broke")
    first = next(repaired(operation, request, request, broken))
    assert first == {**request, **example, "TableName": "${name}"}
    missing = RefusalText(404, "ResourceNotFoundException", "no table")
    assert "KeySchema" not in next(repaired(operation, request, request, missing), {})


def test_published_requests_have_the_names_on_the_wire() -> None:
    batch = usual_requests(load_model("batch"))
    assert "jobQueueName" in batch["CreateJobQueue"][0]


def test_keys_of_a_map_in_a_map_have_limits_of_their_own() -> None:
    model = load_model("dynamodb")
    document = assemble(model_pages(model, "dynamodb", frozenset({"BatchGetItem"})))
    output = build_contract("dynamodb", document, {}).operations["BatchGetItem"].output
    tables = output["Responses"].shape
    assert tables.key is not None
    assert tables.key.limit("maxLength") == 1024
    assert tables.element is not None
    items = tables.element.element
    assert items is not None
    assert items.key is not None
    assert items.key.limit("maxLength") == 65535
