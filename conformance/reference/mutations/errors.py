"""Faults in how answers say what became of a request, and in what is checked of signatures."""

from dataclasses import replace
from typing import Any

from conformance.reference.faults import InjectedFault, ServiceState
from conformance.reference.mutations.wrapping import header, successes
from conformance.reference.outcome import ERROR_TYPE, ReferenceAnswer, Refusal

_EVER = float("inf")


def _fault(name: str, summary: str, **checks: Any) -> InjectedFault:
    return InjectedFault(
        f"signature:{name}", "authentication", summary,
        checks=lambda honest: replace(honest, **checks),
    )  # fmt: skip


def _refused_with(status: int | None = None, code: str | None = None) -> dict[str, Any]:
    def refuse(refusal: Refusal) -> Refusal:
        return replace(refusal, status=status or refusal.status, code=code or refusal.code)

    return {"refuse": refuse}


_SIGNATURE_FAULTS = (
    _fault("missing", "Nothing about a signature is checked.",
           presence=False, form=False, key=False, signature=False, oldest=_EVER, earliest=_EVER),
    _fault("unsigned-served", "A request without a signature is served.", presence=False),
    _fault("unknown-key-served", "An unknown access key is accepted.", key=False),
    _fault("not-compared", "The signature is read, and never compared.", signature=False),
    _fault("with-body-not-compared", "The signature of a request with a body is never compared.",
           signature_with_body=False),
    _fault("expired-served", "A signature of any age is taken.", oldest=_EVER),
    _fault("future-served", "A signature for any time to come is taken.", earliest=_EVER),
    _fault("malformed-served", "A header that cannot be read is taken for right.", form=False),
    _fault("status-400", "Signatures are refused with status 400.", **_refused_with(400)),
    _fault("status-401", "Signatures are refused with status 401.", **_refused_with(401)),
    _fault("status-500", "Signatures that are not right are answered with 500.",
           **_refused_with(500)),
    _fault("code-of-its-own", "Signatures are refused with a code that AWS does not have.",
           **_refused_with(code="SignatureError")),
)  # fmt: skip


_STATUSES = {
    "CreateApiKey": (200, 202), "GetApiKey": (203,), "GetApiKeys": (206,),
    "UpdateApiKey": (201, 202), "DeleteApiKey": (200, 204), "ImportApiKeys": (200,),
    "TagResource": (200,), "UntagResource": (200,), "GetTags": (201,),
    "CreateKey": (201,), "DescribeKey": (201,), "UpdateKey": (202, 204), "ListKeys": (206,),
    "DeleteKey": (202, 204),
}  # fmt: skip
"""Operations, and the statuses with which they succeed wrongly."""

_ERRORS: dict[tuple[str, str], tuple[tuple[int, str | None], ...]] = {
    ("GetApiKey", "NotFoundException"): (
        (404, "ResourceNotFoundException"), (400, "BadRequestException"),
        (500, "InternalFailure"), (200, None)),
    ("UpdateApiKey", "NotFoundException"): (
        (400, "NotFoundException"), (404, "UnknownError"), (500, "InternalFailure"), (200, None)),
    ("UpdateApiKey", "BadRequestException"): (
        (422, "BadRequestException"), (400, "InvalidRequest"), (500, "InternalFailure"),
        (404, "NotFoundException")),
    ("UpdateApiKey", "ValidationException"): ((500, "InternalFailure"),),
    ("UpdateApiKey", "SerializationException"): ((500, "InternalFailure"),),
    ("DeleteApiKey", "NotFoundException"): ((202, None), (500, "InternalFailure")),
    ("CreateApiKey", "ConflictException"): (
        (400, "BadRequestException"), (409, "AlreadyExistsException")),
    ("CreateApiKey", "BadRequestException"): ((413, "RequestEntityTooLargeException"),),
    ("CreateApiKey", "SerializationException"): ((500, "InternalFailure"),),
    ("DescribeKey", "ResourceNotFoundException"): (
        (404, "NotFoundException"), (400, "ValidationException")),
    ("UpdateKey", "ResourceNotFoundException"): (
        (404, "NotFoundException"), (400, "ValidationException"),
        (500, "InternalServerException")),
    ("UpdateKey", "ValidationException"): (
        (400, "BadRequestException"), (422, "ValidationException"),
        (500, "InternalServerException")),
    ("UpdateKey", "SerializationException"): ((500, "InternalServerException"),),
    ("DeleteKey", "ResourceNotFoundException"): ((200, None),),
    ("CreateKey", "ConflictException"): (
        (400, "ValidationException"), (409, "ResourceExistsException")),
    ("CreateKey", "ValidationException"): ((400, "InvalidParameterException"),),
    ("CreateKey", "SerializationException"): ((500, "InternalServerException"),),
    ("ListKeys", "ValidationException"): ((500, "InternalServerException"),),
}  # fmt: skip
"""Operations, their errors, and the status and code (None: no error) that come instead."""


def _status(operation: str, status: int) -> InjectedFault:
    return InjectedFault(
        f"status:{operation}:{status}", "status", f"{operation} succeeds with {status}.",
        answer=successes(lambda answer: replace(answer, status=status), operation),
    )  # fmt: skip


def _error(operation: str, honest: str, status: int, code: str | None) -> InjectedFault:
    def rewrite(_world: ServiceState, name: str, answer: ReferenceAnswer) -> ReferenceAnswer:
        if name != operation or answer.headers.get(ERROR_TYPE) != honest:
            return answer
        body = {} if code is None else answer.body
        return header(ERROR_TYPE, code)(replace(answer, status=status, body=body))

    other = f"{status}:{code}" if code else str(status)
    return InjectedFault(
        f"error:{operation}:{honest}:{other}", "error identity",
        f"{operation} tells {honest} as {other.replace(':', ' ')}.", answer=rewrite,
    )  # fmt: skip


FAULTS = (
    *(_status(operation, one) for operation, wrong in _STATUSES.items() for one in wrong),
    *(_error(*known, *wrong) for known, others in _ERRORS.items() for wrong in others),
    *_SIGNATURE_FAULTS,
)
