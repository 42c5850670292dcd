"""Secrets are found in every form, cut off too, and two that are equal keep one mark."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from conformance.engine.secrets.masking import Masker
from conformance.transport.exchange import Request
from conformance.transport.signing import Credentials, Signer

SECRET = "a/secret+of=ours 'and' \"quotes\" é"


@pytest.fixture
def masker():
    made = Masker()
    made.learn(SECRET)
    made.learn("another-secret-of-theirs")
    return made


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(quote(SECRET, safe=""), safe=""),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
        SECRET.encode().hex(),
    ],
)
def test_a_secret_has_one_mark_in_every_form(masker, form):
    assert masker.mask(f"before {form} after") == f"before <secret:1:{len(SECRET)}> after"


@pytest.mark.parametrize("before", range(5))
def test_a_secret_is_found_within_base64(masker, before):
    text = base64.b64encode(b"x" * before + SECRET.encode() + b"yy").decode()
    masked = masker.mask(text)
    assert f"<secret:1:{len(SECRET)}>" in masked
    assert len(masked) < len(text)


def test_equal_secrets_have_equal_marks_and_others_others(masker):
    masked = masker.mask(f"{SECRET}, another-secret-of-theirs, {SECRET}")
    assert masked == f"<secret:1:{len(SECRET)}>, <secret:2:24>, <secret:1:{len(SECRET)}>"


def test_a_secret_that_was_cut_off_is_masked(masker):
    assert masker.mask("400: another-secret-of") == "400: <secret:2:24>"


def test_bytes_are_masked_too(masker):
    assert masker.mask_bytes(b"\xff another-secret-of-theirs \xfe") == b"\xff <secret:2:24> \xfe"


def test_the_longer_of_two_secrets_is_masked_whole():
    masker = Masker()
    masker.learn("one-secret-value")
    masker.learn("one-secret-value-and-more")
    assert masker.mask("one-secret-value-and-more!") == "<secret:2:25>!"


@pytest.mark.parametrize("after", ["", ".", ". . ."])
@pytest.mark.parametrize("before", range(12))
def test_the_shortest_secret_is_found_wherever_it_stands(before, after):
    masker = Masker()
    masker.learn_credentials(Credentials("AKIDabcd", "none"))
    text = f"{'.' * before}AKIDabcd{after}"
    assert masker.mask(text) == f"{'.' * before}<secret:1:8>{after}"


def test_innocent_words_stay(masker):
    masker.learn("short")
    masker.learn_credentials(Credentials("test", "test"))
    text = "a short test of another kind, and conformance-0123"
    assert masker.mask(text) == text


def test_only_our_own_signatures_are_masked():
    masker = Masker()
    request = Signer(Credentials("AKID", "SECRET"), "eu-west-1", "geo").sign("GET", "http://h/")
    signature = str(request.header("Authorization")).rpartition("=")[2]
    masker.learn_signature(request)
    assert masker.mask(f"x{signature}y {'0' * 64}") == f"x<signature>y {'0' * 64}"
    presigned = Signer(Credentials("AKID", "SECRET"), "eu-west-1", "geo").presign(
        "GET", "http://h/"
    )
    masker.learn_signature(Request("GET", presigned.url, ()))
    assert masker.mask(presigned.url[-64:]) == "<signature>"
