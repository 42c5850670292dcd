"""ForceUpdate, which only a key that was used in the last 7 days needs."""

from __future__ import annotations

from typing import Any

import pytest

RESTRICTIONS = {
    "AllowActions": ["geo-maps:*"],
    "AllowResources": ["arn:aws:geo-maps:us-east-1::provider/default"],
}
SHRINKING: list[dict[str, Any]] = [
    {"ExpireTime": "2035-01-01T00:00:00.000Z"},
    {"Restrictions": RESTRICTIONS},
]


@pytest.mark.parametrize("members", SHRINKING)
def test_used_keys_need_it(send, members):
    send.location_key("k")
    before = send.described("k")
    send.app.world.location.use("k")
    reply = send.update("k", **members)
    assert reply.code == "ValidationException"
    assert reply.message.startswith("This update may cause some users to lose API access.")
    assert send.described("k") == before
    assert send.update("k", **members, ForceUpdate=False).status == 400
    assert send.update("k", **members, ForceUpdate=True).status == 200


@pytest.mark.parametrize("members", SHRINKING)
def test_others_do_not(send, members):
    send.location_key("k")
    assert send.update("k", **members).status == 200


def test_use_is_forgotten_after_a_week(send):
    send.location_key("k")
    send.app.world.location.use("k")
    send.wait(8 * 86_400)
    assert send.update("k", **SHRINKING[0]).status == 200


def test_descriptions_and_later_ends_need_none(send):
    send.location_key("k", ExpireTime="2035-01-01T00:00:00.000Z")
    send.app.world.location.use("k")
    assert send.update("k", Description="d").status == 200
    assert send.update("k", NoExpiry=True).status == 200
