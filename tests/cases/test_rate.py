"""What a run need not do again: it looks once, and waits for nothing that it took away itself."""

from __future__ import annotations

from dataclasses import replace

from conformance.engine.resources.disposal import Disposal
from conformance.engine.resources.inventory import Inventory
from conformance.engine.resources.names import TAGGED, fill, token_texts
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.transport.aws import partition_of
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import read
from conformance.transport.signing import Credentials, Signer
from tests.contracts import contract

REQUEST = Request("DELETE", "http://127.0.0.1:1/apikeys/one", ())
DELETED = Exchange(REQUEST, Response(202, (), b""), None, 0.0)


class Deletions:
    """Takes every deletion, and counts them."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.contract = contract("apigateway")
        self.inventory = Inventory(self.contract, self.send)
        self.disposal = Disposal(self.contract, self.send, self.inventory)

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        self.sent.append("" if resource is None else resource.id)
        sent = SentProbe(probe, {}, DELETED, read(DELETED, probe.operation), resource)
        self.inventory.made.note(sent)
        return sent

    def make(self, *ids: str) -> list[RunResource]:
        create = self.contract.operations["CreateApiKey"]
        probe = Probe("", create, Side.ACCEPT, valid_request(self.contract, create), "")
        created = SentProbe(probe, {}, DELETED, read(DELETED, create))
        made = [RunResource(one, "", created, "main") for one in ids]
        self.inventory.made.all += made
        return made


def test_what_two_creations_named_is_deleted_once() -> None:
    target = Deletions()
    target.make("one", "two", "one")
    assert target.disposal.clean_up() == []
    assert sorted(target.sent) == ["one", "two"]


def test_what_is_made_again_under_a_name_is_deleted_again() -> None:
    target = Deletions()
    [first] = target.make("one")
    target.disposal.delete(first)
    target.make("one")
    assert target.disposal.clean_up() == []
    assert target.sent == ["one", "one"]


def test_of_another_kind_nothing_is_gone() -> None:
    target = Deletions()
    [first, other] = target.make("one", "one")
    other.kind = "another"
    target.disposal.delete(first)
    assert first.gone
    assert not other.gone


def test_an_answer_is_read_by_the_operation_that_is_asked_of() -> None:
    operations = contract("apigateway").operations
    delete, get = operations["DeleteApiKey"], operations["GetApiKey"]
    once = read(DELETED, delete)
    assert read(DELETED, delete) is once
    other = replace(DELETED, response=Response(404, (), b'{"message": "none"}'))
    assert read(other, delete).status == 404
    assert read(other, get).message == "none"
    assert read(DELETED, delete) == once


def test_the_texts_of_a_template_are_those_of_that_very_template() -> None:
    first, second = {"a": "${id}", "b": "plain"}, {"a": "${name.x}"}
    assert token_texts(first) == "${id}"
    assert token_texts(second) == "${name.x}"
    assert token_texts(first) == "${id}"
    assert TAGGED.search(token_texts(second))
    assert fill(second, {"name": lambda _: "new"}, {}) == {"a": "new"}


def test_a_signature_is_masked_in_whatever_form_a_text_has_it() -> None:
    masker, signer = Masker(), Signer(Credentials("AKID", "SECRET"), "eu-west-1", "apigateway")
    requests = [signer.sign("GET", f"http://127.0.0.1:1/{number}") for number in range(50)]
    for request in requests:
        masker.learn_signature(request)
    for request in requests:
        given = (request.header("Authorization") or "").rpartition("=")[2]
        assert masker.mask(f"cut off: {given[:20]}") == "cut off: <signature>"
    for text in ("", "short", "a reason in words, with apigateway/auth/enforced in it"):
        assert masker.mask(text) == text


def test_regions_are_in_the_partitions_that_the_sdk_puts_them_in() -> None:
    assert partition_of("us-east-1") == "aws"
    assert partition_of("cn-north-1") == "aws-cn"
    assert partition_of("us-gov-east-1") == "aws-us-gov"
    assert partition_of("eu-west-99") == "aws"
    assert partition_of("nowhere") is None
