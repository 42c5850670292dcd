"""Exchanges as curl lines that run when pasted into a shell (sh, bash, zsh)."""

import base64
from collections.abc import Iterator, Sequence

from conformance.record import RecordedExchange
from conformance.reports.reproduce import quoting
from conformance.reports.reproduce.quoting import Part, Repeat, Variable
from conformance.reports.reproduce.steps import (
    Capture,
    Keys,
    ReproductionStep,
    Signature,
    ValueEncoding,
    reproduction_steps,
    unsupported_comment,
    unsupported_reason,
)
from conformance.reports.text import has_hidden

# Linux refuses a single argument of 128 KiB; a character has up to four bytes.
_LONGEST_ARGUMENT = 30_000
# curl asks before it sends more, and not every server answers that.
_ASKED_FOR = 1_000_000
_OWN = "${AWS_ACCESS_KEY_ID:-test}:${AWS_SECRET_ACCESS_KEY:-test}"
_USERS = {Keys.NOBODYS: "AKIACONFORMANCE22222:nobody", Keys.WRONG_SECRET: f"{_OWN}x"}
# Without a token the header is empty, and curl leaves an empty header out.
_SESSION = '-H "X-Amz-Security-Token: ${AWS_SESSION_TOKEN-}"'
_DEFAULT_METHODS = {False: "GET", True: "POST"}


def curl_script(evidence: Sequence[RecordedExchange]) -> str:
    """A shell text that sends the exchanges again on a fresh target; one line for one exchange.

    Ids that a target gave are taken from the new answers. Needs curl 7.75 or later, and python3
    where there are ids to take or long values to make.
    """
    why = unsupported_reason(evidence)
    if why:
        return unsupported_comment(why, evidence)
    planned = reproduction_steps(evidence)
    last = len(planned)
    return "\n".join(line for one in planned for line in _lines(one, last=one.number == last))


def _lines(step: ReproductionStep, *, last: bool) -> Iterator[str]:
    if step.signature.note:
        yield f"# {step.signature.note}"
        return
    if step.pause:
        yield f"sleep {step.pause:g}"
    if not step.captures:
        # A body seldom ends with a newline, and the next answer would begin beside it.
        yield _command(step, "-i", *(() if last else ("-w", "'\\n'")))
        return
    answer = f"answer_{step.number}"
    yield f"{answer}=$({_command(step)})"
    for capture in step.captures:
        code = quoting.shell_text(_extraction(capture))
        yield f"{capture.name}=$(printf '%s' \"${answer}\" | python3 -c {code})"


def _command(step: ReproductionStep, *options: str) -> str:
    words = ["curl", "-sS", *options, "--path-as-is", *_method(step), *_url(step)]
    for name, value in step.headers:
        # An empty value is written with a semicolon; with a colon curl would drop the header.
        words += ["-H", quoting.shell_words((f"{name}: ", *value) if value else (f"{name};",))]
    if not any(name.lower() == "accept" for name, _ in step.headers):
        words += ["-H", "'Accept:'"]  # curl's own would accept anything
    words += _signing(step.signature)
    body, before = _body(step)
    return " ".join([*before, *words, *body])


def _method(step: ReproductionStep) -> tuple[str, ...]:
    if step.method == "HEAD":
        return ("--head",)
    default = _DEFAULT_METHODS[step.body is not None]
    return () if step.method == default else ("-X", quoting.shell_text(step.method))


def _url(step: ReproductionStep) -> tuple[str, ...]:
    text = "".join(part for part in step.url if isinstance(part, str))
    globbing = ("-g",) if set(text) & set("[]{}") else ()
    return (*globbing, quoting.shell_words(step.url))


def _signing(signature: Signature) -> tuple[str, ...]:
    signing, keys = signature.signing, signature.keys
    if signing is None:
        return ()
    scope = quoting.shell_text(f"aws:amz:{signing.region}:{signing.service}")
    token = () if keys in {Keys.NOBODYS, Keys.WITHOUT_TOKEN} else (_SESSION,)
    return ("--aws-sigv4", scope, "--user", f'"{_USERS.get(keys, _OWN)}"', *token)


def _body(step: ReproductionStep) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The options for the body, and the command to pipe in."""
    if step.body is None:
        bodiless = step.method in {"POST", "PUT", "PATCH"}
        return (("-H", "'Content-Length: 0'") if bodiless else ()), ()
    named = any(name.lower() == "content-type" for name, _ in step.headers)
    # curl would name a form; an empty header takes that away.
    options = () if named else ("-H", "'Content-Type:'")
    if isinstance(step.body, bytes):
        return (*options, "--data-binary", "@-"), (_bytes(step.body), "|")
    if quoting.characters(step.body) > _ASKED_FOR:
        options = (*options, "-H", "'Expect:'")
    if _fits_an_argument(step.body):
        return (*options, "--data-binary", quoting.shell_words(step.body)), ()
    hidden = any(isinstance(part, Repeat) and has_hidden(part.unit) for part in step.body)
    writer = quoting.python_pipe(step.body) if hidden else quoting.printf(step.body)
    return (*options, "--data-binary", "@-"), (writer, "|")


def _fits_an_argument(body: tuple[Part, ...]) -> bool:
    plain = not any(has_hidden(_said(part)) for part in body)
    file = bool(body) and isinstance(body[0], str) and body[0].startswith("@")
    return plain and not file and quoting.characters(body) <= _LONGEST_ARGUMENT


def _said(part: Part) -> str:
    if isinstance(part, Variable):
        return ""
    return part.unit if isinstance(part, Repeat) else part


def _bytes(body: bytes) -> str:
    return f"printf %s {base64.b64encode(body).decode('ascii')} | base64 -d"


def _extraction(capture: Capture) -> str:
    keys = "".join(f"[{_key(key)}]" for key in capture.keys)
    value = f"json.load(sys.stdin){keys}"
    if capture.form is ValueEncoding.URL:
        return f'import json, sys, urllib.parse; print(urllib.parse.quote({value}, safe=""))'
    if capture.form is ValueEncoding.JSON:
        return f"import json, sys; print(json.dumps({value})[1:-1])"
    return f"import json, sys; print({value})"


def _key(key: str | int) -> str:
    if isinstance(key, int):
        return str(key)
    # ASCII, and without "!", which an interactive shell takes for a history reference.
    return '"' + ascii(key)[1:-1].replace('"', '\\"').replace("!", "\\x21") + '"'
