import pytest

from conformance.contract.overlays.overlay import OverlayProblem, apply_overlay

DOCUMENT = {"paths": {"/a": {"get": {"tags": ["one"], "x": {"deep": 1}}}}}


def overlaid(*actions):
    return apply_overlay(DOCUMENT, {"overlay": "1.0.0", "actions": list(actions)}, "overlay.yaml")


def test_objects_merge_recursively_and_the_document_stays():
    merged = overlaid({"target": "$.paths['/a'].get", "update": {"x": {"more": 2}}})
    assert merged["paths"]["/a"]["get"]["x"] == {"deep": 1, "more": 2}
    assert DOCUMENT["paths"]["/a"]["get"]["x"] == {"deep": 1}


def test_an_array_target_gets_the_value_appended():
    merged = overlaid({"target": "$.paths['/a'].get.tags", "update": "two"})
    assert merged["paths"]["/a"]["get"]["tags"] == ["one", "two"]


def test_remove_takes_the_node_out():
    merged = overlaid({"target": "$.paths['/a'].get.tags[?@ == 'one']", "remove": True})
    assert merged["paths"]["/a"]["get"]["tags"] == []


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"target": "$.paths['/b']", "update": {}}, "selects nothing"),
        ({"target": "not a path", "update": {}}, "no usable target"),
        ({"update": {}}, "no usable target"),
    ],
)
def test_an_action_that_does_nothing_is_told(action, reason):
    with pytest.raises(OverlayProblem, match=reason) as problem:
        overlaid(action)
    assert problem.value.index == 1
    assert "overlay.yaml" in str(problem.value)
