"""Names that nothing else has: the only part of a request that the seed does not fix."""

import re
import secrets
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4

from conformance.contract.aws_values import NUMBER
from conformance.contract.places import texts
from conformance.identity_cache import identity_cache

ALPHABET = string.ascii_lowercase + string.digits
TOKEN = re.compile(r"\$\{(\w+)(?:\.([\w.-]+))?(?::(\d+))?\}")
NONCE_LENGTH = 8
TAGGED = re.compile(r"\$\{\w+\.")
"""How a token with a tag begins."""
PARTS = re.compile(r"[^/:]+")
DRAWN = re.compile(rf"[0-9A-Za-z]{{{NONCE_LENGTH},}}")
"""What of an identifier is long enough to be of no other."""
HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")
MADE = "made"
"""The placeholders of what the creation of a resource shows."""
ANSWERED = "answer"
"""The placeholders of what the answer to another request gave."""
OF_ANSWERS = ("${id", f"${{{MADE}", f"${{{ANSWERED}")
"""How placeholders begin of what an answer of the target gave."""
NUMBERS = 30_000
UNGUESSABLE = 10
"""Random characters from which on a text counts as unique."""
USUAL = 26
"""Characters of a name of no particular length."""


class Names:
    """Makes names for one run; each has the run's nonce where it is long enough to hold it."""

    def __init__(self, nonce: str | None = None) -> None:
        self.nonce = nonce or random_text(NONCE_LENGTH)
        self._count = 0
        self._drawn: set[str] = set()

    def new(self, length: int = USUAL) -> str:
        """A new name of exactly ``length`` characters, always of one form for one length."""
        self._count += 1
        if length < NONCE_LENGTH + 6:
            return random_text(length)
        stem = f"{self.nonce}-{self._count:05}"
        head = "conformance-" if length >= len(stem) + 12 else ""
        return f"{head}{stem}{'x' * length}"[:length]

    def secret(self, length: int) -> str:
        """A new value of letters and digits alone: what a key's value may hold is not published."""
        return self.new(length).replace("-", "0")

    def word(self, length: int = USUAL) -> str:
        """A new name of letters and digits that begins with a letter."""
        text = self.new(length) if length >= USUAL else f"c{self.new(length - 1)}"
        return text.replace("-", "0")

    def number(self, most: int | None) -> str:
        """A number that no other request of the run has, as long as there are any left."""
        self._count += 1
        return str(1 + self._count % (most or NUMBERS))

    def unknown(self, length: int) -> str:
        """A random text of lower-case letters and digits, for an unknown identifier."""
        text = random_text(length)
        if length >= UNGUESSABLE:
            self._drawn.add(text)
        return text

    def unlike(self, text: str) -> str:
        """An identifier of the same form that nothing has; empty where too little would differ.

        A name of ours gives way to a new one. Of what a service makes up, such as an ARN or a
        number with a prefix, the last long part does, in the characters that it has.
        """
        own = [part for part in PARTS.findall(text) if self.nonce in part]
        if own:
            return self.new(len(own[-1])).join(text.rsplit(own[-1], 1))
        drawn = [part for part in DRAWN.findall(text) if any(one.isdigit() for one in part)]
        account = re.search(r":\d{12}:", text)
        if not drawn or (account and drawn[-1] in account[0]):
            return ""
        other = "".join(secrets.choice(_alike(one, drawn[-1])) for one in drawn[-1])
        self._drawn.add(other)
        return other.join(text.rsplit(drawn[-1], 1))

    def uuid(self) -> str:
        text = str(uuid4())
        self._drawn.add(text)
        return text

    def made_by_us(self, text: str) -> bool:
        """True for a text that can only be of this run: it has the nonce, or was drawn by it."""
        return self.nonce in text.lower() or text in self._drawn


def _alike(one: str, part: str) -> str:
    """The characters that may stand in the place of one of a part."""
    if one.isdigit():
        return string.digits
    letters = string.ascii_uppercase if one.isupper() else string.ascii_lowercase
    return letters[:6] if HEXADECIMAL.fullmatch(part) else letters


def random_text(length: int) -> str:
    """Random lower-case letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def far_future(day: int = 1) -> str:
    """A moment some years ahead, the same text in every run of a year.

    A whole second: how finely a moment is kept is another question. Two of them are a day apart,
    since whoever asks for what lies between them may ask for every second of it.
    """
    return f"{datetime.now(UTC).year + 5}-06-{day:02}T12:00:00.000Z"


def present(digits: int | None) -> str:
    """This moment, or so many digits of its milliseconds since 1970: ten are its seconds."""
    now = datetime.now(UTC)
    if digits is None:
        return f"{now:%Y-%m-%dT%H:%M:%S}.000Z"
    return str(int(now.timestamp() * 1000))[:digits]


Say = Callable[[int | None], str]
"""Gives the text for a placeholder, of so many characters where the template says how many."""


class Lookup(Protocol):
    """What a name of a placeholder stands for."""

    def get(self, name: str, /) -> Say | None:
        """How its text is made; None where the name is not known."""


def fill(value: Any, lookup: Lookup, tagged: dict[str, str] | None = None) -> Any:
    """The value with every ``${token}`` or ``${token:length}`` in its texts replaced.

    With ``tagged`` only tokens with a tag are: ``${token.tag}`` is the same text wherever it
    stands, as long as ``tagged`` is the same.
    """
    if isinstance(value, str):
        if "${" not in value:
            return value
        text = TOKEN.sub(lambda match: _token(match, lookup, tagged), value)
        return int(text) if NUMBER.fullmatch(value) and text.isdigit() else text
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple):
        return [fill(item, lookup, tagged) for item in value]
    if isinstance(value, Mapping):
        return {
            fill(key, lookup, tagged): fill(item, lookup, tagged) for key, item in value.items()
        }
    return value


def _token(match: re.Match[str], lookup: Lookup, tagged: dict[str, str] | None) -> str:
    name, tag, length = match.groups()
    of_kind = f"{name}.{tag}"
    say = lookup.get(of_kind) if tagged is None else None
    if say is not None:
        return say(int(length) if length else None)
    if tagged is None and name == MADE:
        return _instead(tag or "", lookup) or match.group(0)
    say = lookup.get(name)
    if say is None or (tag is None and tagged is not None):
        return match.group(0)
    if tagged is None:
        return say(int(length) if length else None)
    if match.group(0) not in tagged:
        tagged[match.group(0)] = say(int(length) if length else None)
    return tagged[match.group(0)]


def _instead(tag: str, lookup: Lookup) -> str | None:
    """The identifier, where the creation did not show that member."""
    kind = tag.rpartition(".")[0]
    say = lookup.get(f"id.{kind}" if kind else "id")
    return None if say is None else say(None)


def is_template(value: Any) -> bool:
    return any(TOKEN.search(text) for text in texts(value))


@identity_cache(1)
def token_texts(value: Any) -> str:
    return "\n".join(one for one in texts(value) if "${" in one)


def mentions(value: Any, *parts: str) -> bool:
    """True when a template has one of these in its texts."""
    templates = [text for text in texts(value) if "${" in text]
    return any(part in text for text in templates for part in parts)
