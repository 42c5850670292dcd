"""A mistyped overlay is refused with its line and what was meant, whatever is mistyped."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from conformance.cli import main
from conformance.contract.load import load_contract
from conformance.contract.locate import use
from conformance.contract.overlays import overlay_rule_references
from conformance.contract.overlays.overlay_faults import WrongOverlay
from conformance.contract.overlays.overlay_reading import (
    RULES,
    overlay_schema,
    read_overlay,
    value_faults,
)
from conformance.contract.protocols import stated_rule
from conformance.contract.vocabulary import overlay_list_rules, overlay_rules, overlay_steps
from conformance.contract.vocabulary import overlay_model as words
from conformance.contract.vocabulary.overlay_model import Overlay
from conformance.contract.vocabulary.overlay_rules import FaultName
from conformance.plan.probes import Fault, Side
from conformance.transport.bad_signatures import SIGNATURE_FAULTS
from tests.sampling import sampled

VOCABULARY = (overlay_list_rules, overlay_rules, overlay_steps, words)
SPECS = Path(__file__).parents[2] / "specs"
SERVICES = sorted(path.parent.name for path in SPECS.glob("*/overlay.yaml"))

MISTAKES = {
    # what is replaced (the first time it stands there): what is written instead, what is told
    "shows": ("shows: {", "show: {", "did you mean `shows`?"),
    "rule": ("rule: steps", "rule: step", "did you mean `steps`?"),
    "base": ("base: &key", "bass: &key", "did you mean `bases`?"),
    "gives": ("gives: not-found", "give: not-found", "did you mean `gives`?"),
    "gives-value": ("gives: not-found", "gives: notfound", "did you mean `not-found`?"),
    "refusals": ("refusals:\n", "refusal:\n", "did you mean `refusals`?"),
    "x-closed": ("x-closed: true", "x-close: true", "did you mean `x-closed`?"),
    "x-examples": ("x-examples:", "x-example:", "did you mean `x-examples`?"),
    "x-sources": ("x-sources: {required", "x-source: {required", ""),
    "keyword": ("x-sources: {required", "x-sources: {requird", "did you mean `required`?"),
    "member-shown": ("shows: {KeyName", "shows: {KeyNam", "did you mean `KeyName`?"),
    "send": ("send: read", "send: reed", "did you mean `read`?"),
    "role": ("read: DescribeKey", "read: DescribeKy", "did you mean `DescribeKey`?"),
    "role-key": ("        update: UpdateKey", "        updat: UpdateKey", "did you mean `update`?"),
    "move": ("of: gone", "on: gone", "a key is not a string"),
    "move-value": ("of: gone", "of: went", "known here: gone, live, none"),
    "operation": ("        DescribeKey: {base", "        DescribKey: {base", "`DescribeKey`?"),
    "rule-operation": ("UpdateKey/request/unknown-member", "UpdateKye/request/x", "`UpdateKey`?"),
    "rule-section": ("auth/unsigned:", "aut/unsigned:", "did you mean `auth`?"),
    "level": ("level: expected", "level: expectd", "did you mean `expected`?"),
    "no-level": ("level: expected", "severity: expected", ""),
    "placeholder": ('KeyName: "${name}"', 'KeyName: "${nmae}"', "did you mean `name`?"),
    "base-member": (
        "NoExpiry: true\n            Restr",
        "NoExpire: true\n            Restr",
        "NoExp",
    ),
    "base-place": ("Restrictions.AllowAppleApps:", "Restrictions.AllowApples:", "AllowAppleApps"),
    "stateful": ("stateful: [NextToken]", "stateful: [NextTokn]", "did you mean `NextToken`?"),
    "error": ("not-found: Resource", "not-found: Resorce", "`ResourceNotFoundException`?"),
    "listing": ('items: "Entries[]"', 'items: "Entris[]"', "did you mean `Entries`?"),
    "entry": ("id: KeyName,", "id: KeyNme,", "did you mean `KeyName`?"),
    "page": ("inputToken: NextToken,", "inputToken: NextTokens,", "did you mean `NextToken`?"),
    "label": ("label: KeyName", "label: KeyNames", "did you mean `KeyName`?"),
    "unique": ("member: KeyName, temp", "member: KeyNm, temp", "did you mean `KeyName`?"),
    "ownership": ("          property: Tags", "          property: Tag", "did you mean `Tags`?"),
    "quota": ("ListKeys: {rate: 10", "ListKeyz: {rate: 10", "did you mean `ListKeys`?"),
    "quota-key": ("rate: 10", "rat: 10", "did you mean `rate`?"),
    "fault": ("        syntax: [[400", "        sintax: [[400", "did you mean `syntax`?"),
    "signature": ("kinds: [", "kinds: [wrong-sekret, ", "of this service"),
    "action": ("  update:\n    x-examples", "  updat:\n    x-examples", "did you mean `update`?"),
    "target": ("- target: $\n", "- tagret: $\n", "did you mean `target`?"),
    "root": ("actions:\n", "action:\n", "did you mean `actions`?"),
    "pointer": ("{observation: ", "{observed: ", ""),
    "step": ("- {make: {}", "- {mak: {}", "did you mean `make`?"),
    "save-as": (", save-as: ", ", save-az: ", "did you mean `save-as`?"),
    "type": ("stateful: [NextToken]", "stateful: NextToken", ""),
}


@pytest.fixture(autouse=True)
def no_other_specs():
    yield
    use(None)


@pytest.fixture
def copied(tmp_path):
    """A copy of location's contract; ``change`` replaces a text of its overlay, once."""
    folder = shutil.copytree(SPECS / "location", tmp_path / "location")
    use(tmp_path)

    def change(old, new):
        overlay = folder / "overlay.yaml"
        text = overlay.read_text()
        assert old in text
        overlay.write_text(text.replace(old, new, 1))
        return text[: text.index(old)].count("\n") + 1

    return change


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_wrong_with_the_overlays_that_come_with_the_tool(service):
    assert load_contract(service).service == service


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused_with_its_line_and_what_was_meant(name, copied):
    old, new, meant = MISTAKES[name]
    line = copied(old, new)

    with pytest.raises(WrongOverlay) as refused:
        load_contract("location")

    first = refused.value.mistakes[0]
    assert abs(first.line - line) <= 12, f"{first} is not about line {line}"
    assert any(meant in f"{one} {one.hint}" for one in refused.value.mistakes)


def test_a_step_may_look_at_the_answer_as_a_whole(copied):
    copied("shows: {KeyName", 'differs: {"": null}, shows: {KeyName')
    assert load_contract("location").service == "location"


def test_every_class_of_the_vocabulary_refuses_unknown_keys():
    named = [value for module in VOCABULARY for value in vars(module).values()]
    classes = {one for one in named if isinstance(one, type) and issubclass(one, msgspec.Struct)}
    assert len(classes) > 40
    loose = [one for one in classes if not one.__struct_config__.forbid_unknown_fields]
    assert loose == [msgspec.Struct]


@pytest.mark.parametrize("service", sampled(SERVICES, "appconfig", "location"))
def test_every_key_that_an_overlay_uses_is_refused_when_mistyped(service, capsys):
    """Each key of the typed part, mistyped where it first stands, is told by its own name."""
    from conformance.contract.load import merged_spec

    facts = merged_spec(service)["x-conformance"]
    tried = 0
    for way in _typed_keys(facts):
        changed = json.loads(json.dumps(facts))
        inner = changed
        for step in way[:-1]:
            inner = inner[step]
        inner[f"{way[-1]}q"] = inner.pop(way[-1])
        told = [fault for fault in value_faults(changed) if way[-1] in f"{fault.what} {fault.hint}"]
        assert told, way
        tried += 1
    assert tried > 20


FREE = {
    "with", "base", "bases", "make", "show-all-members", "shows", "shows-instant", "differs",
    "ends", "if", "counts", "at-most", "matches", "exceeds", "among", "in-order", "lists",
    "sizes", "from-now", "create-with", "requests", "values", "shown", "needs", "may",
    "delete-with", "patch-values", "also-created-by", "headers", "for-each", "members",
    "bodies", "bytes", "refusals", "entry",
}  # fmt: skip
"""Keys whose values are plain data: members of requests, places, expected values."""


def _typed_keys(facts):
    """One way to each key of the vocabulary that the facts have."""
    seen = set()

    def walk(value, way, named):
        if isinstance(value, dict):
            for key, inner in value.items():
                here = (*way, key)
                if not named and (here[-1], here[0]) not in seen:
                    seen.add((here[-1], here[0]))
                    yield here
                if key not in FREE or (key == "members" and way == ("model",)):
                    by_name = not named and here in BY_NAME
                    yield from walk(inner, here, by_name)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                yield from walk(inner, (*way, number), False)

    yield from walk(facts, (), False)


BY_NAME = {
    ("resources",),
    ("answers",),
    ("operations",),
    ("rules",),
    ("quotas", "operations"),
    ("permissions", "resources"),
}


def test_the_rules_of_the_protocol_keep_to_the_vocabulary():
    stated = load_contract("location").overlay.rules
    bound = {name: rule for name, rule in stated.items() if stated_rule(name) is not None}
    assert len(bound) > 60
    assert list(value_faults({"rules": msgspec.to_builtins(bound)})) == []


def test_the_published_schema_is_that_of_the_vocabulary():
    published = json.loads((SPECS / "overlay.schema.json").read_text())
    assert published == json.loads(json.dumps(overlay_schema()))


@pytest.mark.parametrize("service", SERVICES)
def test_the_overlays_keep_to_the_published_schema(service):
    import jsonschema_rs

    from conformance.contract.load import merged_spec

    schema = json.loads((SPECS / "overlay.schema.json").read_text())
    jsonschema_rs.validate(schema, merged_spec(service)["x-conformance"])


def test_an_overlay_is_read_into_frozen_values():
    overlay = read_overlay({"resource": {"create": "CreateKey", "read": "DescribeKey"}})
    assert overlay == Overlay(resource=words.Resource(create="CreateKey", read="DescribeKey"))
    with pytest.raises(AttributeError):
        overlay.accept = "x"  # type: ignore[misc]


def test_the_words_of_other_stages_are_the_same_here():
    assert {*overlay_rule_references.SIGNATURE_FAULTS} == {*SIGNATURE_FAULTS}
    literals = {*get_args(FaultName)}
    assert literals == {str(one) for one in Fault} - {"none"}
    assert {str(one) for one in Side} == {"accept", "reject", "observe"}
    assert {"refused", "accepted", "observed", "raw", "steps"} <= RULES.keys()


def test_overlay_check_lists_every_mistake(copied, capsys, monkeypatch, tmp_path):
    first = copied("gives: not-found", "give: not-found")
    second = copied("rule: parallel-one", "rule: paralel-one")
    arguments = ["conformance", "overlay", "check", "location", "--specs", str(tmp_path)]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as ended:
        main()
    out = capsys.readouterr().out
    assert ended.value.code == 2
    assert "location: 2 mistakes" in out
    lines = [int(number) for number in re.findall(r"overlay.yaml, line (\d+): ", out)]
    assert sorted(lines) == sorted([first, second])
