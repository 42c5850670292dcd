"""Values that a model's prose and examples show: candidates for made-up requests, no statements."""

from __future__ import annotations

import pytest

from conformance.contract.load import load_contract
from conformance.documents.sdk.models import SdkModel, load_model
from conformance.documents.sdk.usual import usual_values
from conformance.plan.suggestions import suggestions


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
    shape = load_contract("batch").operations["CreateComputeEnvironment"].input["type"].shape
    assert shape.usual
    assert suggestions(shape)[0] in shape.usual
