"""One text grammar for the three renderings: a document as a list of typed lines.

Headings, names of members, lines of syntax blocks and ordinary text are distinguished here, once;
everything after this module reads the same lines whether the page was plain text, Markdown (either
dialect) or HTML. In plain text nothing marks a name, so names stay TEXT and are recognized
later, by what the syntax block says.
"""

import html
import re
from dataclasses import dataclass
from enum import Enum, auto

BULLET = "\u2022 "
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# A name beside its other forms: that of an answer, or those of the entries of a map.
NAMED_TWICE = re.compile(
    r"([A-Za-z_][A-Za-z0-9_.-]*?)"
    r"(?:\s*\((?:request|response)\),\s*[A-Za-z_][\w.-]*\s*\((?:request|response)\)"
    r"|(?:\s*\1\.[\w.]+\s*\((?:key|value)\))+)"
)
ENTRY_NAME = re.compile(r"[A-Za-z_]\w*\.[\w.]+ \((?:key|value)\)")
"""The name of a part of a map's entry, below the name of the map."""
NEWLINE = re.compile(r"\r\n|\n|\r")
FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
UNDERLINE = re.compile(r"(?:={3,}|-{3,})\s*")
ANCHOR = re.compile(r"<a\s+(?:name|id)=[^>]*>\s*</a>", re.IGNORECASE)
BOLD = re.compile(r"\s*\*\*\s*(.+?)\s*\*\*\s*")
TARGET = r"<?(?:[^()\s]|\([^()\s]*\))*>?"
LINK_TITLE = r"""(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?"""
LINK = re.compile(rf"\[((?:\\.|[^\[\]\\])*)\]\(\s*{TARGET}{LINK_TITLE}\s*\)")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
LABEL = re.compile(r"[A-Z][A-Za-z ]{3,30}:")


class LineKind(Enum):
    """What a line is."""

    HEADING = auto()
    NAME = auto()
    CODE = auto()
    TEXT = auto()
    BLANK = auto()


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line of a document; ``number`` counts from 1 and ``raw`` is the line as it stands.

    ``text`` is without markup: links are their words, code spans their content.
    """

    kind: LineKind
    text: str
    number: int
    raw: str = ""
    level: int = 0


def name_in(text: str) -> str | None:
    """The name that a line of nothing else has; None for any other line."""
    if IDENTIFIER.fullmatch(text):
        return text
    twice = NAMED_TWICE.fullmatch(text)
    return twice[1] if twice else None


def text_line(text: str, number: int, raw: str | None = None) -> DocumentLine:
    """A line of ordinary text, or a blank one."""
    stripped = text.strip()
    kind = LineKind.TEXT if stripped else LineKind.BLANK
    return DocumentLine(kind, stripped, number, (text if raw is None else raw).strip())


def front_matter(lines: list[str]) -> int:
    """How many lines at the start of a Markdown document are front matter."""
    marks = [number for number, line in enumerate(lines, 1) if line.strip() == "---"]
    return marks[1] if marks[:1] == [1] and len(marks) > 1 else 0


def markdown_lines(raw: list[str]) -> list[DocumentLine]:
    """The typed lines of Markdown, either dialect."""
    found: list[DocumentLine] = []
    fence = ""
    skip = front_matter(raw)
    for number, line in enumerate(raw, 1):
        if number <= skip:
            continue
        mark = FENCE.match(line)
        if fence:
            closes = mark is not None and line.strip() == mark[1] and mark[1].startswith(fence)
            fence = "" if closes else fence
            if not closes:
                found.append(DocumentLine(LineKind.CODE, line, number, line))
        elif mark is not None and "`" not in line[mark.end() :]:
            fence = mark[1]
        elif not _underlined(found, line) and not _joined(found, line):
            found.extend(_markdown_line(line, number))
    return found


def _underlined(found: list[DocumentLine], line: str) -> bool:
    """Make a heading of the paragraph of one line that this line is drawn under."""
    last = found[-1] if found else None
    if last is None or last.kind is not LineKind.TEXT or not UNDERLINE.fullmatch(line):
        return False
    if len(found) > 1 and found[-2].kind is LineKind.TEXT:
        return False
    level = 1 if line[0] == "=" else 2
    found[-1] = DocumentLine(LineKind.HEADING, last.text, last.number, last.raw, level)
    return True


def _joined(found: list[DocumentLine], line: str) -> bool:
    """Join the continuation of a constraint line whose code span is still open."""
    last = found[-1] if found else None
    if last is None or last.kind is not LineKind.TEXT or not LABEL.match(last.raw):
        return False
    is_open = "`" in CODE_SPAN.sub("", last.raw)
    if not is_open or not line.strip() or LABEL.match(line.strip()):
        return False
    found[-1] = text_line(inline(f"{last.raw} {line.strip()}"), last.number, f"{last.raw} {line}")
    return True


def _markdown_line(line: str, number: int) -> list[DocumentLine]:
    bare, raw = ANCHOR.sub("", line), line.strip()
    heading = HEADING.match(bare)
    if heading:
        title, level = inline(heading[2]), len(heading[1])
        return [DocumentLine(LineKind.HEADING, title, number, raw, level)]
    if bare.lstrip().startswith("|"):
        return _table_row(bare, number)
    bold = BOLD.fullmatch(bare)
    name = name_in(inline(bold[1])) if bold else _named_twice(bare)
    if name is not None:
        return [DocumentLine(LineKind.NAME, name, number, raw)]
    # What is indented belongs to a bullet of the description and states nothing of the member.
    mark = BULLET if bare.startswith(("  ", "\t")) and bare.strip() else ""
    return [text_line(mark + inline(bare), number, line)]


def _named_twice(line: str) -> str | None:
    """The name of a line whose first word is bold, and whose others are forms of it."""
    if not line.startswith("**"):
        return None
    twice = NAMED_TWICE.fullmatch(inline(line.replace("**", "")).strip())
    return twice[1] if twice else None


def _table_row(line: str, number: int) -> list[DocumentLine]:
    """The cells of a pipe table in the form of a page whose table was flattened."""
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
    if all(re.fullmatch(r":?-+:?", cell) for cell in cells):
        return []
    return table_lines([inline(cell) for cell in cells], number)


def table_lines(cells: list[str], number: int) -> list[DocumentLine]:
    """A table row as lines: a heading row in one, other rows one paragraph a cell."""
    texts = ["".join(cells)] if cells and cells[0] == "Path" else cells
    blank = DocumentLine(LineKind.BLANK, "", number)
    return [line for text in texts for line in (text_line(text, number), blank)]


def inline(text: str) -> str:
    """Markdown without its markup; what stands in code spans is left as it is."""
    spans: list[str] = []

    def put_aside(span: re.Match[str]) -> str:
        spans.append(span[2].strip() or span[2])
        return f"\0{len(spans) - 1}\0"

    # NUL marks a code span put aside: a document that contains NUL is refused as binary.
    words = LINK.sub(r"\1", CODE_SPAN.sub(put_aside, text))
    words = html.unescape(ESCAPE.sub(r"\1", words))
    return re.sub(r"\0(\d+)\0", lambda mark: spans[int(mark[1])], words)
