"""Every shape has valid values and values with one fault; jsonschema agrees with the walker."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from conformance.contract.levels import Level, Source
from conformance.contract.locate import default_services, services
from conformance.contract.model import Constraint, Kind, Member, Shape
from conformance.contract.validate import shape_violations
from conformance.plan.generation.from_shape import faults_of, from_shape
from tests import contracts
from tests.sampling import sampled

FEW = settings(
    max_examples=3, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
LOOKAHEAD = "Source"
"""Members whose pattern looks ahead: hardly any text fails to match it, so none may be drawn."""


# Hypothesis writes down what a test draws from, however large: that is for its own reports.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("service", sampled(default_services(), "apigateway", "location"))
def test_every_member_has_valid_values_and_each_single_fault(service):
    drawn = 0
    for operation in contracts.contract(service).operations.values():
        for member in operation.input.values():
            for fault in [None, *faults_of(member.shape)]:
                if fault is not None and LOOKAHEAD in fault.place and fault.keyword == "pattern":
                    continue
                assert _drawn(member.shape, fault), (operation.name, member.name, fault)
                drawn += 1
    assert drawn > 40


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.exhaustive
@pytest.mark.parametrize("service", sorted({*services()} - {*default_services()}))
def test_most_single_faults_of_any_service_are_drawn(service):
    """Of patterns that match nearly every text, and of what an overlay restricts, few are."""
    drawn = left = 0
    for operation in contracts.contract(service).operations.values():
        for member in operation.input.values():
            for fault in faults_of(member.shape):
                try:
                    drawn += bool(_drawn(member.shape, fault))
                except Unsatisfiable:
                    left += 1
    assert drawn > 20
    assert left < drawn / 3, (drawn, left)


def _drawn(shape, fault):
    values = []

    @FEW
    @given(from_shape(shape, fault))
    def check(value):
        assert {*shape_violations(shape, value)} == ({fault} if fault else set())
        values.append(value)

    check()
    return values


def test_a_strategy_is_made_once_for_a_shape_and_fault():
    shape = Shape(Kind.LIST, element=Shape(Kind.INTEGER))
    fault = next(faults_of(shape))
    assert from_shape(shape, fault) is from_shape(shape, fault)
    assert from_shape(shape) is not from_shape(shape, fault)


# -- agreement with jsonschema ---------------------------------------------------------------------


def limited(kind, **limits):
    made = {k: Constraint(k, v, Source(), Level.REQUIRED) for k, v in limits.items()}
    return Shape(kind, made)


def _bounds(low, high, most):
    pair = st.tuples(st.integers(0, most), st.integers(0, most)).map(sorted)
    return pair.map(lambda two: {low: two[0], high: two[1]})


LEAVES = st.one_of(
    _bounds("minLength", "maxLength", 6).map(lambda limits: limited(Kind.STRING, **limits)),
    st.just(limited(Kind.STRING, pattern="[a-c]+")),
    st.just(limited(Kind.STRING, enum=["one", "two"])),
    _bounds("minimum", "maximum", 9).map(lambda limits: limited(Kind.INTEGER, **limits)),
    st.sampled_from([Shape(Kind.BOOLEAN), Shape(Kind.NUMBER), Shape(Kind.STRING)]),
)


def _lists(inner):
    return st.tuples(inner, _bounds("minItems", "maxItems", 3)).map(
        lambda two: Shape(Kind.LIST, limited(Kind.LIST, **two[1]).constraints, element=two[0])
    )


def _maps(inner):
    return st.tuples(inner, _bounds("minProperties", "maxProperties", 3)).map(
        lambda two: Shape(
            Kind.MAP,
            limited(Kind.MAP, **two[1]).constraints,
            element=two[0],
            key=limited(Kind.STRING, minLength=1, maxLength=4),
        )
    )


def _structures(inner):
    members = st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.tuples(inner, st.booleans()), min_size=1
    )
    return members.map(
        lambda named: Shape(
            Kind.STRUCTURE,
            members={
                name: Member(name, shape, required=needed)
                for name, (shape, needed) in named.items()
            },
        )
    )


SHAPES = st.recursive(
    LEAVES, lambda inner: st.one_of(_lists(inner), _maps(inner), _structures(inner)), max_leaves=4
)
JSON = st.recursive(
    st.one_of(st.booleans(), st.integers(-3, 12), st.text("abcdone tw", max_size=7)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("abcxyz"), inner, max_size=4)
    ),
    max_leaves=6,
)
TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.LIST: "array",
    Kind.MAP: "object",
    Kind.STRUCTURE: "object",
}


def schema_of(shape):
    """The shape as JSON Schema; patterns hold for the whole value there, too."""
    made: dict[str, Any] = {"type": TYPES[shape.kind]}
    for name, constraint in shape.constraints.items():
        made[name] = f"^(?:{constraint.value})$" if name == "pattern" else constraint.value
    if shape.kind is Kind.LIST and shape.element is not None:
        made["items"] = schema_of(shape.element)
    if shape.kind is Kind.MAP:
        made["additionalProperties"] = schema_of(shape.element)
        made["propertyNames"] = schema_of(shape.key)
    if shape.kind is Kind.STRUCTURE:
        made["properties"] = {name: schema_of(one.shape) for name, one in shape.members.items()}
        made["required"] = [name for name, one in shape.members.items() if one.required]
    return made


MANY = settings(
    max_examples=300, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


@MANY
@given(SHAPES, JSON)
def test_the_walker_and_jsonschema_agree_on_any_value(shape, value):
    validator = jsonschema.Draft202012Validator(schema_of(shape))
    assert validator.is_valid(value) == (not list(shape_violations(shape, value)))


@MANY
@given(SHAPES, st.data())
def test_the_walker_and_jsonschema_agree_on_the_broken_keyword(shape, data):
    faults = list(dict.fromkeys(faults_of(shape)))
    assume(faults)
    fault = data.draw(st.sampled_from(faults))
    value = data.draw(from_shape(shape, fault))
    validator = jsonschema.Draft202012Validator(schema_of(shape))
    told = {str(error.validator) for error in validator.iter_errors(value)}
    assert fault.keyword in told
    # Of a value of the wrong type the walker says no more than that.
    assert told == {fault.keyword} or fault.keyword == "type"
