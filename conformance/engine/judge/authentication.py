"""What an answer to a wrongly signed request shows."""

from conformance.engine.judge.findings import Finding
from conformance.plan.authentication import Gives, SignatureCheck
from conformance.transport.exchange import FailureKind
from conformance.transport.parsed_response import ParsedResponse

CODES = frozenset({
    "ExpiredTokenException", "IncompleteSignature", "IncompleteSignatureException",
    "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSignatureException",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "SignatureDoesNotMatch",
    "UnrecognizedClientException",
})  # fmt: skip
"""Codes by which AWS services say that a signature is not taken."""
UNANSWERED_KINDS = {FailureKind.TIMEOUT, FailureKind.TLS, FailureKind.REFUSED}


def is_refused_signature(answer: ParsedResponse) -> bool:
    """Whether an answer refuses the signature, by a code that AWS has for it."""
    return answer.status in {400, 401, 403} and answer.code in CODES


def is_denied(answer: ParsedResponse) -> bool:
    """Whether the signer is known and lacks the permission, as recorded from AWS's IAM."""
    named = answer.status == 403 and answer.code == "AccessDeniedException"
    return named and "is not authorized to perform" in answer.message


def looks_at_signatures(kind: str, answer: ParsedResponse) -> bool:
    """True when an answer shows that the target looks at signatures.

    A request without any signature may find no route, because the route depends on what it is
    signed for: only a refusal counts there. A wrong one that is not served was noticed.
    """
    if answer.status is None or answer.ok:
        return False
    if kind == "unsigned":
        return answer.status in {401, 403} or is_refused_signature(answer)
    return True


def says_nothing(answer: ParsedResponse) -> bool:
    """Whether no verdict can rest on an answer."""
    return answer.throttled or answer.failure in UNANSWERED_KINDS


def judge_signature(rule: SignatureCheck, answer: ParsedResponse) -> Finding:
    name, told = rule.requirement.id, answer.told()
    if rule.gives is Gives.ANY:
        held = answer.status is not None and not answer.server_error
        return Finding(name, held, "any answer except a server error", told)
    seen = f"accepted with {answer.status}" if answer.ok else told
    if not rule.refusals:
        return Finding(name, answer.is_refusal, "refused", seen)
    wanted = " or ".join(f"{status} {code}" for status, code in rule.refusals)
    held = (answer.status, answer.code) in rule.refusals
    return Finding(name, held, f"refused with {wanted}", seen)
