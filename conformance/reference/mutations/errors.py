"""Faults in which error is answered: the wrong code, the wrong status, or none at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance.reference.answer import ERROR_TYPE, ReferenceAnswer, SentAnswer
from conformance.reference.faults import InjectedFault, Rewrite
from conformance.reference.mutations.rewriting import header
from conformance.reference.service_state import ServiceState


@dataclass(frozen=True, slots=True)
class _Wrong:
    """An error of an operation that is replaced by another; ``code`` None is no error at all."""

    operation: str
    honest: str
    status: int
    code: str | None


_WRONG = (
    _Wrong("GetApiKey", "NotFoundException", 404, "ResourceNotFoundException"),
    _Wrong("GetApiKey", "NotFoundException", 400, "BadRequestException"),
    _Wrong("GetApiKey", "NotFoundException", 500, "InternalFailure"),
    _Wrong("GetApiKey", "NotFoundException", 200, None),
    _Wrong("UpdateApiKey", "NotFoundException", 400, "NotFoundException"),
    _Wrong("UpdateApiKey", "NotFoundException", 404, "UnknownError"),
    _Wrong("UpdateApiKey", "NotFoundException", 500, "InternalFailure"),
    _Wrong("UpdateApiKey", "NotFoundException", 200, None),
    _Wrong("UpdateApiKey", "BadRequestException", 422, "BadRequestException"),
    _Wrong("UpdateApiKey", "BadRequestException", 400, "InvalidRequest"),
    _Wrong("UpdateApiKey", "BadRequestException", 500, "InternalFailure"),
    _Wrong("UpdateApiKey", "BadRequestException", 404, "NotFoundException"),
    _Wrong("UpdateApiKey", "ValidationException", 500, "InternalFailure"),
    _Wrong("UpdateApiKey", "SerializationException", 500, "InternalFailure"),
    _Wrong("DeleteApiKey", "NotFoundException", 202, None),
    _Wrong("DeleteApiKey", "NotFoundException", 500, "InternalFailure"),
    _Wrong("CreateApiKey", "ConflictException", 400, "BadRequestException"),
    _Wrong("CreateApiKey", "ConflictException", 409, "AlreadyExistsException"),
    _Wrong("CreateApiKey", "BadRequestException", 413, "RequestEntityTooLargeException"),
    _Wrong("CreateApiKey", "SerializationException", 500, "InternalFailure"),
    _Wrong("DescribeKey", "ResourceNotFoundException", 404, "NotFoundException"),
    _Wrong("DescribeKey", "ResourceNotFoundException", 400, "ValidationException"),
    _Wrong("UpdateKey", "ResourceNotFoundException", 404, "NotFoundException"),
    _Wrong("UpdateKey", "ResourceNotFoundException", 400, "ValidationException"),
    _Wrong("UpdateKey", "ResourceNotFoundException", 500, "InternalServerException"),
    _Wrong("UpdateKey", "ValidationException", 400, "BadRequestException"),
    _Wrong("UpdateKey", "ValidationException", 422, "ValidationException"),
    _Wrong("UpdateKey", "ValidationException", 500, "InternalServerException"),
    _Wrong("UpdateKey", "SerializationException", 500, "InternalServerException"),
    _Wrong("DeleteKey", "ResourceNotFoundException", 200, None),
    _Wrong("CreateKey", "ConflictException", 400, "ValidationException"),
    _Wrong("CreateKey", "ConflictException", 409, "ResourceExistsException"),
    _Wrong("CreateKey", "ValidationException", 400, "InvalidParameterException"),
    _Wrong("CreateKey", "SerializationException", 500, "InternalServerException"),
    _Wrong("ListKeys", "ValidationException", 500, "InternalServerException"),
)


def _told(wrong: _Wrong) -> Rewrite:
    def rewrite(_world: ServiceState, sent: SentAnswer, answer: ReferenceAnswer) -> ReferenceAnswer:
        is_meant = sent.operation == wrong.operation
        if not is_meant or answer.headers.get(ERROR_TYPE) != wrong.honest:
            return answer
        body = {} if wrong.code is None else answer.body
        return header(ERROR_TYPE, wrong.code)(replace(answer, status=wrong.status, body=body))

    return rewrite


def _fault(wrong: _Wrong) -> InjectedFault:
    told = f"{wrong.status}:{wrong.code}" if wrong.code else str(wrong.status)
    return InjectedFault(
        id=f"error:{wrong.operation}:{wrong.honest}:{told}",
        kind="error identity",
        summary=f"{wrong.operation} tells {wrong.honest} as {told.replace(':', ' ')}.",
        answer=_told(wrong),
    )


FAULTS = tuple(map(_fault, _WRONG))
