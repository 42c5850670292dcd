"""Quotes texts for a POSIX shell and for Python so that what is visible is what is run.

Control characters, bidi marks and other hidden characters never stand as they are: a terminal
would act on them when the text is pasted, even between quotes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.record.redaction import fill_redactions
from conformance.reports.text import has_hidden

LONG = 500
"""Characters from which on repetitions in a text are looked for."""
_LEAST_REPEATED = 200
_HUGE = 200_000
_REPEATED = re.compile(r"(.{1,40}?)\1{19,}", re.DOTALL)
_REPEATED_CHARACTERS = re.compile(r"(.{1,4}?)\1{199,}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Repeat:
    """``unit`` written ``times`` times."""

    unit: str
    times: int


@dataclass(frozen=True, slots=True)
class Variable:
    """The value of a variable of the script."""

    name: str


Part = str | Repeat | Variable


def cut(text: str, variables: Mapping[str, str]) -> tuple[Part, ...]:
    """Cut a text at the values of ``variables``; masked secrets become invented ones."""
    text = fill_redactions(text)
    if not variables:
        return tuple(_repeats(text))
    longest_first = sorted(variables, key=len, reverse=True)
    values = re.compile("|".join(re.escape(value) for value in longest_first))
    return tuple(_flattened(_variables(text, values, variables)))


def characters(parts: Iterable[Part]) -> int:
    """How many characters the parts have, variables not counted."""
    return sum(_length(part) for part in parts)


def _length(part: Part) -> int:
    if isinstance(part, Repeat):
        return len(part.unit) * part.times
    return len(part) if isinstance(part, str) else 0


def _variables(text: str, values: re.Pattern[str], names: Mapping[str, str]) -> Iterator[Part]:
    start = 0
    for found in values.finditer(text):
        yield text[start : found.start()]
        yield Variable(names[found[0]])
        start = found.end()
    yield text[start:]


def _flattened(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, str):
            yield from _repeats(part)
        else:
            yield part


def _repeats(text: str) -> Iterator[Part]:
    start = 0
    if len(text) > LONG:
        pattern = _REPEATED if len(text) <= _HUGE else _REPEATED_CHARACTERS
        for found in pattern.finditer(text):
            if len(found[0]) < _LEAST_REPEATED:
                continue
            if found.start() > start:
                yield text[start : found.start()]
            yield Repeat(found[1], len(found[0]) // len(found[1]))
            start = found.end()
    if start < len(text):
        yield text[start:]


_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
_ASCII_END = 0x7F
_WIDE = 0xFFFF
_BYTE = 0xFF


def shell_words(parts: Iterable[Part]) -> str:
    """The parts as one word of a shell command."""
    return "".join(_shell_word(part) for part in _joined(parts)) or "''"


def shell_text(text: str) -> str:
    """A text as one word of a shell command."""
    if _SAFE.fullmatch(text):
        return text
    if has_hidden(text):
        return f'"$(printf {_format(text)})"'
    return "'" + text.replace("'", "'\\''") + "'"


def printf(parts: Iterable[Part]) -> str:
    """A ``printf`` command that writes the parts, whatever characters they have."""
    kept = tuple(parts)
    form = "".join("%s" if not isinstance(part, str) else _escaped(part) for part in kept)
    words = [_shell_word(part) for part in kept if not isinstance(part, str)]
    # A format that begins with a dash would be taken for an option.
    dashed = "\\055" + form[1:] if form.startswith("-") else form
    return " ".join(["printf", f"'{dashed}'", *words])


def python_pipe(parts: Iterable[Part]) -> str:
    """A ``python3`` command that writes the parts: what ``$(...)`` would lose survives here."""
    kept = tuple(parts)
    names = [part.name for part in kept if isinstance(part, Variable)]
    terms = " + ".join(_piped(part, names) for part in kept)
    words = "".join(f' "${name}"' for name in dict.fromkeys(names))
    return f"python3 -c 'import sys; sys.stdout.buffer.write(({terms}).encode())'{words}"


def _piped(part: Part, names: list[str]) -> str:
    if isinstance(part, Variable):
        return f"sys.argv[{list(dict.fromkeys(names)).index(part.name) + 1}]"
    if isinstance(part, Repeat):
        return f'"{_plain_text(part.unit)}" * {part.times}'
    return f'"{_plain_text(part)}"'


def python_text(text: str) -> str:
    """A text as a Python literal, hidden characters escaped."""
    mark = "'" if '"' in text and "'" not in text else '"'
    return mark + "".join(_python_character(c, mark) for c in text) + mark


def python_parts(parts: Iterable[Part]) -> str:
    """The parts as a Python expression."""
    return " + ".join(_python_part(part) for part in parts) or '""'


def _joined(parts: Iterable[Part]) -> list[Part]:
    """The parts with neighbouring texts made one, so that they are quoted once."""
    made: list[Part] = []
    for part in parts:
        last = made[-1] if made else None
        if isinstance(part, str) and isinstance(last, str):
            made[-1] = last + part
        else:
            made.append(part)
    return made


def _python_part(part: Part) -> str:
    if isinstance(part, Variable):
        return part.name
    if isinstance(part, Repeat):
        return f"{python_text(part.unit)} * {part.times}"
    return python_text(part)


def _python_character(character: str, mark: str) -> str:
    if character in (mark, "\\"):
        return "\\" + character
    if not has_hidden(character):
        return character
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character) or _code(character)


def _code(character: str) -> str:
    code = ord(character)
    if code <= _BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _WIDE else f"\\U{code:08x}"


def _shell_word(part: Part) -> str:
    if isinstance(part, Variable):
        return f'"${part.name}"'
    if isinstance(part, Repeat):
        unit = _plain_text(part.unit)
        return f'"$(python3 -c \'print("{unit}" * {part.times}, end="")\')"'
    return shell_text(part)


def _plain_text(text: str) -> str:
    """ASCII for a Python literal in a shell's quotes, where ``!`` and quotes have a meaning."""
    return "".join(c if _plain(c) else _code(c) for c in text)


def _plain(character: str) -> bool:
    return " " <= character < chr(_ASCII_END) and character not in "'\"\\!$`"


def _format(text: str) -> str:
    escaped = _escaped(text)
    return f"'\\055{escaped[1:]}'" if escaped.startswith("-") else f"'{escaped}'"


def _escaped(text: str) -> str:
    """A text as part of a single-quoted ``printf`` format."""
    return "".join(_format_character(c) for c in text)


def _format_character(character: str) -> str:
    special = {"\\": "\\\\", "%": "%%", "'": "'\\''", "\n": "\\n", "\t": "\\t"}
    if character in special:
        return special[character]
    if not has_hidden(character):
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "replace"))
