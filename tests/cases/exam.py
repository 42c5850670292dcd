"""What is demanded of every defect of an exam: a table of them, by the report that each is of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import botocore.session

from tests.cases.conftest import QUICK, reset_moto
from tests.cases.looking import Looking

ODD = [
    b"",
    b"[]",
    b"null",
    b"{",
    b"\xff",
    b'{"a": 1}',
    b'{"QueueUrl": [], "Tags": 1, "Entries": 2}',
]


def assert_found_alone(one, finds, run, proxied, port):
    """The requirement that tells of a defect fails with it, and holds without it."""
    narrow = ("--service", one.service, "--requirement", finds, *QUICK)

    assert run(proxied(one.make(), port), *narrow).failed() == {finds}, one.documented
    assert run(f"http://127.0.0.1:{port}", *narrow).failed() == set()


def assert_shows_to_a_plain_client(one, proxied, port):
    """A client that knows nothing of the rules sees another answer than without the defect."""
    odd = Looking(proxied(one.make(), port), one.service).see(one.looked, one.place)
    reset_moto(port)
    plain = Looking(f"http://127.0.0.1:{port}", one.service).see(one.looked, one.place)

    assert odd != plain


def assert_names_operations(table):
    """Each says of which operations of its service it is, and what is documented."""
    session = botocore.session.get_session()
    for one in table.values():
        known = set(session.get_service_model(one.service).operation_names)
        assert one.operations, one.report
        assert set(one.operations) <= known, one.report
        assert one.documented, one.report


def assert_changes_nothing_else(one):
    """What a defect is not about goes on as it came, however odd."""
    made = one.make()
    assert isinstance(made, SimpleNamespace)
    other: tuple[Any, ...] = ("PATCH", "/nothing", [], b"")
    asked, answered = getattr(made, "request", None), getattr(made, "answer", None)
    assert asked or answered
    assert asked is None or asked(*other, None) is None
    assert answered is None or answered(*other, 200, [], b"{}", None) is None

    def upstream(*_):
        return 200, [], b"{}"

    for operation in one.operations:
        headers = [("X-Amz-Target", f"A.{operation}"), ("Content-Type", "application/x-amz-json")]
        for body in ODD:
            sent: tuple[Any, ...] = ("POST", "/", headers, body)
            going = asked and asked(*sent, upstream)
            assert going is None or len(going) in {3, 4}
            for status, data in ((200, b"{}"), (400, b'{"__type": 3}'), (500, b"oops")):
                given = answered and answered(*sent, status, [], data, upstream)
                assert given is None or len(given) == 3
