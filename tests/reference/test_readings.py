"""Every reading is an open question with two answers: each of them changes some answer."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from conformance.reference.ambiguities import Ambiguities, reading
from tests.reference.conftest import RESTRICTIONS

REPLACE_NAME = {"op": "replace", "path": "/name", "value": "x"}


def location(send, name="k", **members):
    body = {"KeyName": name, "NoExpiry": True, "Restrictions": RESTRICTIONS, **members}
    return send("POST", "/metadata/v0/keys", {n: v for n, v in body.items() if v is not None})


def patched(*operations, key=None, value=None):
    def act(send):
        body = {"value": "v" * 20, **(key or {})}
        made = send("POST", "/apikeys", body).json
        reply = send.patch(made["id"], *operations)
        return reply, send.shown(made["id"])

    return act


def updated(**members):
    def act(send):
        location(send)
        return send.update("k", **members), send.described("k")

    return act


def called(*arguments, **query):
    return lambda send: send(*arguments, **query)


def listed(send):
    for name in ("b", "a", "c"):
        location(send, name)
    return send("POST", "/metadata/v0/list-keys", {})


def forced(send):
    location(send, NoExpiry=None, ExpireTime="2035-01-01T00:00:00.000Z")
    send.app.world.location.use("k")
    return send.update("k", ExpireTime="2036-01-01T00:00:00.000Z")


def untagged(send):
    return send.shown(send.api_key()["id"])


def described(**members):
    def act(send):
        location(send, **members)
        return send.described("k")

    return act


def deleted(send):
    location(send)
    return send("DELETE", "/metadata/v0/keys/k")


MANY = {"op": "add", "path": "/stages", "value": "a/b"}

EXPERIMENTS = {
    "malformed_json_is_a_service_error": called("POST", "/apikeys", b"{"),
    "wrong_types_are_a_service_error": called("POST", "/apikeys", {"name": 1}),
    "unknown_members_refused": called("POST", "/apikeys", {"nonsense": 1}),
    "null_items_dropped": called("POST", "/apikeys", {"stageKeys": [None]}),
    "content_type_ignored": called("POST", "/apikeys", {}, {"content-type": "text/plain"}),
    "lengths_in_utf16": called("POST", "/apikeys", {"value": "😀" * 65}),
    "unknown_route_is_404": called("GET", "/metadata/v0/nonsense"),
    "no_final_newline": called("GET", "/apikeys"),
    "earlier_operations_stay": patched(REPLACE_NAME, {"op": "replace", "path": "/id"}),
    "paths_before_lookup": lambda send: send.replace("unknown", "/id", "x"),
    "empty_patch_refused": patched(),
    "tags_only_when_tagged": untagged,
    "stages_must_exist": patched(MANY),
    "missing_op_is_replace": patched({"path": "/name", "value": "x"}),
    "missing_path_quoted": patched({"op": "replace"}),
    "unsupported_lists_nothing": patched({"op": "copy", "path": "/name"}),
    "bad_boolean_keeps_value": patched(
        {"op": "replace", "path": "/enabled", "value": "yes"}, key={"enabled": True}
    ),
    "missing_patch_value_refused": patched({"op": "replace", "path": "/name"}),
    "empty_text_shown": patched({"op": "replace", "path": "/name", "value": ""}),
    "text_booleans_accepted": called("POST", "/apikeys", {"enabled": "false"}),
    "limit_out_of_range_refused": called("GET", "/apikeys", limit=501),
    "unknown_position_is_first_page": called("GET", "/apikeys", position="nowhere"),
    "arn_says_key": location,
    "no_expiry_shows_far_time": described(),
    "newest_listed_first": listed,
    "no_expiry_delete_needs_force": deleted,
    "any_change_needs_force": forced,
    "past_expiry_accepted": updated(ExpireTime="2020-01-01T00:00:00.000Z"),
    "lookup_before_rules": lambda send: send.update("unknown"),
    "only_listed_actions": updated(Restrictions={**RESTRICTIONS, "AllowActions": ["geo:X"]}),
    "empty_items_accepted": updated(Restrictions={**RESTRICTIONS, "AllowReferers": [""]}),
    "expire_time_in_utc_only": updated(ExpireTime="2035-01-01T00:00:00+01:00"),
    "epoch_expire_time_accepted": updated(ExpireTime=2_000_000_000),
    "empty_members_hidden": described(Description=""),
}


def told(seen):
    """What can be seen of an answer, without what is random."""
    if isinstance(seen, tuple):
        return tuple(map(told, seen))
    return (seen.status, seen.code, seen.text) if hasattr(seen, "status") else seen


@pytest.mark.parametrize("name", [field.name for field in fields(Ambiguities)])
def test_each_reading_changes_an_answer(make, name):
    experiment = EXPERIMENTS[name]
    honest = told(experiment(make(readings=Ambiguities())))
    other = told(experiment(make(readings=replace(Ambiguities(), **{name: True}))))
    assert honest != other


def test_readings_a_and_b_are_opposites():
    a, b = reading("a"), reading("b")
    assert a == Ambiguities()
    assert all(
        getattr(b, field.name) and not getattr(a, field.name) for field in fields(Ambiguities)
    )


def test_nothing_in_either_reading_is_a_server_error(make):
    for name in ("a", "b"):
        for experiment in EXPERIMENTS.values():
            seen = experiment(make(name))
            replies = seen if isinstance(seen, tuple) else (seen,)
            assert all(getattr(reply, "status", 200) < 500 for reply in replies)
