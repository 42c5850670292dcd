"""The reference as a model: the resource is defined once, and served and compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from conformance.contract.model import Contract
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.application import Application, Setting
from conformance.reference.http import message
from conformance.reference.tables import load, matcher
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import read
from conformance.transport.protocols.variant import WireRequest

Answers = Callable[[WireRequest], ParsedResponse]


def model_of(service: str) -> ReferenceModel | None:
    """The model of a service; None where there is none."""
    contracts = tuple(contract for contract in load() if contract.service == service)
    return ReferenceModel(contracts, matcher()) if contracts else None


class ReferenceModel:
    """One service of the reference, as it may behave.

    What is not recorded is a *reading*: each can be chosen or not, and a target is right when
    one choice explains everything that it answers.
    """

    def __init__(
        self, contracts: tuple[Contract, ...], matches: Callable[[str, str], bool]
    ) -> None:
        self._contracts, self._matches = contracts, matches
        self.readings = tuple(field.name for field in fields(Ambiguities))

    def world(self, chosen: frozenset[str]) -> Answers:
        """A new, empty application with these of its readings turned round.

        It is called without a socket or a signature; its answers are as the judge reads them.
        """
        setting = Setting(readings=Ambiguities(**dict.fromkeys(chosen, True)))
        application = Application(self._contracts, self._matches, setting)

        def answer(request: WireRequest) -> ParsedResponse:
            path, _, query = request.target.partition("?")
            headers = {"accept": "application/json"}
            if request.content_type:
                headers["content-type"] = request.content_type
            told = application(
                message.HttpRequest(request.method, path, query, headers, request.body or b"")
            )
            response = Response(told.status, tuple(told.headers.items()), told.body)
            return read(Exchange(Request(request.method, request.target, ()), response, None, 0.0))

        return answer
