"""Readers of API key files that are wrong in one way, each told by the name of the rule."""

from __future__ import annotations

import csv
import io
import json
from types import SimpleNamespace

import pytest

from tests.sampling import sampled

QUICK = ("--profile", "quick", "--seed", "7", "--service", "apigateway")
RULES = "apigateway/ImportApiKeys/behavior/"
IMPORT = ("--requirement", f"{RULES}*")


def untouched(method, path, headers, body, status, answered, data, upstream):
    """The answer as it is."""
    return


def reader(change):
    """A case: the file is read as if it were what ``change`` makes of it."""

    def request(method, path, headers, body, upstream):
        if method == "POST" and "mode=import" in path and body:
            changed = change(body)
            if isinstance(changed, tuple):
                return changed
            body = changed
        return method, path, headers, body

    return SimpleNamespace(request=request, answer=untouched)


def refused(message):
    answer = json.dumps({"message": message}).encode()
    headers = [("Content-Type", "application/json"), ("x-amzn-errortype", "BadRequestException")]
    return 400, headers, answer


def records(body, keep=lambda _header, row: row):
    """The file again, with each of its rows as ``keep`` makes it of the header and the row."""
    header, *rows = csv.reader(io.StringIO(body.decode(), newline=""))
    out = io.StringIO(newline="")
    kept = [row for row in (keep(header, one) for one in rows if one) if row is not None]
    csv.writer(out, lineterminator="\n").writerows([header, *kept])
    return out.getvalue().encode()


@pytest.fixture
def told(reference_port, proxied, run):
    """The rules of ImportApiKeys that fail with a reader in front of the reference, by level."""

    def go(case):
        found = run(proxied(case, reference_port), *QUICK, *IMPORT)
        gate = {name.removeprefix(RULES) for name in found.failed()}
        return found.code, gate, {n.removeprefix(RULES) for n in found.failed("informational")}

    return go


@pytest.mark.parametrize(
    ("name", "code", "gate", "informational"),
    [
        ("run-import-naive-split", 1, "quoted-fields-are-one", None),
        ("run-import-upper-true", 1, "enabled-in-any-case", None),
        ("run-import-crlf", 0, None, "windows-line-ends"),
    ],
)
def test_published_cases(name, code, gate, informational, case, told):
    ended, failed, noted = told(case(name))
    assert ended == code
    assert failed == ({gate} if gate else set())
    assert informational is None or informational in noted


def without_column(name):
    def change(body):
        header = body.split(b"\n")[0].lower()
        return refused(f"Column {name} is not known") if name in header else body

    return change


def first(count):
    return lambda body: b"\n".join(body.split(b"\n")[: count + 1])


def quotes_kept(body):
    """Commas in quotes are known, and the quotes stay."""
    return records(body.replace(b'"', b'"""').replace(b'""""""', b'""'))


def positions(body):
    """Columns that are not known are left out of the header only: the cells move."""
    lines = body.split(b"\n")
    known = {b"name", b"key", b"enabled", b"description", b"usageplanids"}
    header = [one for one in lines[0].split(b",") if one.strip().lower() in known]
    return b"\n".join([b",".join(header), *lines[1:]])


def lower_case_only(word, taken):
    def keep(header, row):
        cells = [one.strip().lower() for one in header]
        at = cells.index("enabled") if "enabled" in cells else None
        if at is not None and at < len(row) and row[at] != word and row[at].lower() == word:
            row[at] = taken
        return row

    return lambda body: records(body, keep)


SIBLINGS = {
    "the first row only": (first(1), "every-row-is-imported"),
    "a page of rows only": (first(25), "every-row-is-imported"),
    "the last row is lost": (
        lambda body: b"\n".join(body.split(b"\n")[:-2]) + b"\n" if body.count(b"\n") > 9 else body,
        "every-row-is-imported",
    ),
    "quotes are kept": (quotes_kept, "quoted-fields-are-one"),
    "quotes are refused": (
        lambda body: refused("Unexpected character") if b'"one, two"' in body else body,
        "quoted-fields-are-one",
    ),
    "unknown columns are refused": (without_column(b"owner"), "unknown-columns-are-ignored"),
    "unknown columns move the cells": (positions, "unknown-columns-are-ignored"),
    "True is not true": (
        lambda body: body.replace(b",True\n", b",false\n"),
        "enabled-in-any-case",
    ),
    "FALSE is not false": (lower_case_only("false", "true"), "disabled-in-any-case"),
}


@pytest.mark.parametrize("name", sampled(SIBLINGS, "the first row only", "quotes are kept"))
def test_a_wrong_reader_is_told_by_its_rule(name, told):
    change, rule = SIBLINGS[name]
    ended, failed, _ = told(reader(change))
    assert ended == 1
    assert rule in failed
    assert failed == {rule}


UNDOCUMENTED = {
    "windows-line-ends": lambda body: refused("bad") if b"\r\n" in body else body,
    "last-line-without-end": lambda body: body if body.endswith(b"\n") else first(0)(body),
    "blank-lines": lambda body: refused("an empty row") if b"\n\n" in body else body,
    "byte-order-mark": lambda body: (
        refused("no column Name") if body.startswith(b"\xef\xbb\xbf") else body
    ),
    "spaces-around-fields": lambda body: refused("no column Name") if b" ," in body else body,
    "doubled-quotes": lambda body: refused("a quote") if b'""' in body else body,
    "single-quoted-fields": lambda body: refused("too many cells") if b"'" in body else body,
    "empty-cells-are-defaults": lambda body: refused("no plan") if b",,," in body else body,
    "good-rows-beside-bad-ones": lambda body: refused("a short key") if b",short" in body else body,
}


def test_what_nobody_documents_never_fails_the_gate(told):
    def picky(body):
        for change in UNDOCUMENTED.values():
            changed = change(body)
            if changed != body:
                return changed
        return body

    ended, failed, noted = told(reader(picky))
    assert ended == 0
    assert failed == set()
    assert noted == set(UNDOCUMENTED)


def test_readers_that_differ_where_nothing_is_said_are_right(told):
    """One that takes the file as strictly as the page describes it, in its own way."""
    ended, failed, noted = told(reader(records))
    assert (ended, failed) == (0, set())
    assert "windows-line-ends" not in noted
