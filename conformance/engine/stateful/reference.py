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

    def world(self, chosen: frozenset[str]) -> ReferenceWorld:
        """A new, empty application with these of its readings turned round."""
        setting = Setting(readings=Ambiguities(**dict.fromkeys(chosen, True)))
        return ReferenceWorld(Application(self._contracts, self._matches, setting))


class ReferenceWorld:
    """One application, called without a socket or a signature."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def answer(self, request: WireRequest) -> ParsedResponse:
        """The application's answer, as the judge reads answers."""
        path, _, query = request.target.partition("?")
        headers = {"accept": "application/json"}
        if request.content_type:
            headers["content-type"] = request.content_type
        told = self._application(
            message.HttpRequest(request.method, path, query, headers, request.body or b"")
        )
        response = Response(told.status, tuple(told.headers.items()), told.body)
        return read(Exchange(Request(request.method, request.target, ()), response, None, 0.0))
