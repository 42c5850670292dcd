"""Keeps secrets out of everything that is written: each is replaced by a numbered mark.

The same secret always gets the same mark, however a target writes it, so that a reader still sees
whether two are equal. Signatures have one mark for all: nothing is learnt from comparing them.
"""

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from conformance.contract.model import Member, Shape
from conformance.contract.places import Place, find
from conformance.contract.walk import element_step
from conformance.record.redaction import SIGNATURE, redaction_token
from conformance.transport.exchange import Request
from conformance.transport.signing import Credentials

_ESCAPE = re.compile(r"%[0-9A-F]{2}")


def encodings_of(text: str, least: int) -> tuple[str, ...]:
    """The text and its forms in JSON, URLs, HTML, base64 and hex, of at least ``least`` letters."""
    return tuple(dict.fromkeys(form for form in _forms(text) if len(form) >= least))


def _forms(text: str) -> Iterator[str]:
    yield text
    plain = text.encode(errors="surrogatepass")
    for quoted in (quote(plain, safe=""), quote(plain)):
        yield quoted
        yield _ESCAPE.sub(lambda found: found[0].lower(), quoted)
        yield quote(quoted, safe="")
    for escaped in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        inner = escaped[1:-1]
        yield inner
        yield inner.replace("/", "\\/")
        yield json.dumps(inner)[1:-1]
    yield html.escape(text)
    data = text.encode("utf-8", "replace")
    yield data.hex()
    yield data.hex().upper()
    yield from base64_fragments(data)


def base64_fragments(data: bytes) -> Iterator[str]:
    """What base64 surely has of the data at any offset; the ends depend on the neighbours."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).rstrip(b"=").decode()
        whole = encoded[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


LEAST = 12
"""Shorter texts are no secrets: masking them would blank out innocent words."""
LEAST_CREDENTIAL = 8
"""Of an access key or a secret that somebody made up; ``test`` is everybody's."""
_LEAST_DIFFERENT = 4
"""Different characters: of a long row of one letter there is nothing to keep."""
_PIECE = 4
_STEP = LEAST_CREDENTIAL - _PIECE + 1
_PART = 16
"""So many characters of the beginning of a secret give it away where a text was cut off."""
_KEYS = (_PART, 12, LEAST_CREDENTIAL)
"""Characters by which secrets are looked up: the longest that one has."""
_REST = re.compile(r"[\w+/=%.~-]*", re.ASCII)
_GIVEN = re.compile(r"(?:X-Amz-)?Signature=([0-9a-f]{64})")
_LIKE_SIGNED = re.compile(r"[0-9a-f]{16}|(?:[MNOYZ][\w+/-]{3}){3}", re.ASCII)
"""What no part of a signature is without: in base64, hexadecimal digits begin each group so."""


class Masker:
    """Learns the secrets of a run and masks them in texts."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._marks: dict[str, str] = {}
        self._begins: dict[str, tuple[str, ...]] = {}
        self._heads: set[str] = set()
        self._pieces: set[str] = set()
        self._count = 0
        self._signed: list[str] = []
        self._last = ("", 0, "")
        """The text that was masked last, with how many marks, and how it came out."""

    def learn(self, text: Any, least: int = LEAST) -> None:
        """Remember a secret, in every form that a target may give it."""
        if not isinstance(text, str) or len(text) < least or text in self._known:
            return
        if len(set(text)) < _LEAST_DIFFERENT:
            return
        self._known.add(text)
        self._count += 1
        hidden = redaction_token(self._count, len(text))
        for form in encodings_of(text, least):
            self._hide(form, hidden)

    def learn_from(self, body: Any, places: tuple[Place, ...]) -> None:
        """Remember every value at the secret places of a body."""
        for place in places:
            for value in find(body, place):
                self.learn(value)

    def learn_credentials(self, credentials: Credentials) -> None:
        """Remember whose credentials sign."""
        for text in (credentials.access_key, credentials.secret_key, credentials.token):
            self.learn(text, LEAST_CREDENTIAL)

    def learn_signature(self, request: Request) -> None:
        """Remember what vouches for a request."""
        self._signed.append(request.header("Authorization") or "")
        if "Signature=" in request.url:
            self._signed.append(request.url)

    def _learn_signatures(self) -> None:
        """Every request is signed anew, and few texts can show it: they are looked at then."""
        signed, self._signed = self._signed, []
        for signature in _GIVEN.findall("\n".join(signed)):
            for form in (signature, *base64_fragments(signature.encode())):
                self._hide(form, SIGNATURE)

    def mask(self, text: str) -> str:
        """The text with every known secret replaced by its mark."""
        if _LIKE_SIGNED.search(text):
            self._learn_signatures()
        last = self._last  # another thread may set it
        if (text, len(self._marks)) != last[:2]:
            self._last = last = text, len(self._marks), self._masked(text)
        return last[2]

    def _masked(self, text: str) -> str:
        kept: list[str] = []
        start = 0
        for here in self._suspects(text):
            if here < start:
                continue
            hidden, end = self._at(text, here)
            if hidden:
                kept += [text[start:here], hidden]
                start = end
        return "".join([*kept, text[start:]])

    def _suspects(self, text: str) -> Iterator[int]:
        """Where the text begins like a secret.

        The text may be a long one: every beginning has a piece that starts at one of these steps.
        """
        pieces, heads = self._pieces, self._heads
        steps = range(0, len(text) - _PIECE + 1, _STEP)
        for piece in [at for at in steps if text[at : at + _PIECE] in pieces]:
            for here in range(max(0, piece - _STEP + 1), piece + 1):
                if text[here : here + LEAST_CREDENTIAL] in heads:
                    yield here

    def mask_bytes(self, data: bytes) -> bytes:
        """The same for bytes that are no text."""
        return self.mask(data.decode("latin-1")).encode("latin-1")

    def _hide(self, form: str, hidden: str) -> None:
        if form in self._marks:
            return
        self._marks[form] = hidden
        self._heads.add(form[:LEAST_CREDENTIAL])
        self._pieces.update(form[at : at + _PIECE] for at in range(_STEP))
        size = next(size for size in _KEYS if len(form) >= size)
        key = form[:size]
        self._begins[key] = (*self._begins.get(key, ()), form)

    def _at(self, text: str, here: int) -> tuple[str, int]:
        """The mark of the secret that stands here, and where it ends; "" where there is none."""
        for size in _KEYS:
            alike = self._begins.get(text[here : here + size], ())
            found = max((one for one in alike if text.startswith(one, here)), key=len, default="")
            if found:
                return self._marks[found], here + len(found)
        cut_off = self._begins.get(text[here : here + _PART])
        if cut_off is None or len(text) < here + _PART:
            return "", here
        rest = _REST.match(text, here + _PART)
        return self._marks[cut_off[0]], rest.end() if rest else here + _PART


def secret_places(members: Mapping[str, Member]) -> tuple[Place, ...]:
    """Where a request or response carries secrets."""
    return tuple(_of_members(members, {}))


_Found = dict[int, tuple[Place, ...]]
"""What was found in the members of a structure, by their identity: it may occur often."""


def _of_members(members: Mapping[str, Member], found: _Found) -> tuple[Place, ...]:
    if id(members) not in found:
        found[id(members)] = tuple(
            (name, *place)
            for name, member in members.items()
            for place in _of_shape(member.shape, found)
        )
    return found[id(members)]


def _of_shape(shape: Shape, found: _Found) -> tuple[Place, ...]:
    own: tuple[Place, ...] = ((),) if shape.secret else ()
    inside = _of_members(shape.members, found) if shape.members else ()
    if shape.element is not None:
        step = element_step(shape)
        inside += tuple((step, *place) for place in _of_shape(shape.element, found))
    return own + inside
