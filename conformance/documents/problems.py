"""What can be wrong with a document: each is a type, and exits with 2."""

from dataclasses import dataclass

from conformance.errors import BadInput


def printable(text: str, limit: int = 70) -> str:
    """``text`` on one line without control characters, cut to ``limit`` characters."""
    clean = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."


@dataclass(eq=False)
class PageProblem(BadInput):
    """A document that cannot be read.

    ``document`` is the path or address as it was given, ``line`` counts from 1 (None where no line
    applies), ``expected`` says what should stand there and ``found`` what stands there instead.
    """

    hint = "check that the document is a complete page of the English AWS API reference"

    document: str
    line: int | None
    expected: str
    found: str = ""

    def __str__(self) -> str:
        place = printable(self.document, 300)
        if self.line is not None:
            place = f"{place}:{self.line}"
        message = f"{place}: expected {printable(self.expected, 300)}"
        return f"{message}, found {printable(self.found, 200)}" if self.found else message


class UnreadableDocument(PageProblem):
    """The file or address gives no bytes."""

    hint = "check the path or address and its permissions"


class BinaryDocument(PageProblem):
    """The bytes are not UTF-8 text."""

    hint = "save the page as text, Markdown or HTML in UTF-8"


class EmptyDocument(PageProblem):
    """Nothing but white space."""

    hint = "fetch or save the page again"


class NotAnApiPage(PageProblem):
    """Text that is no operation, data-type, patch-operations or common-errors page."""


class OtherProtocol(PageProblem):
    """An operation page that needs what only an SDK model says of its protocol, and has none."""

    hint = "name the SDK model of its service with --model"


class OtherLanguage(PageProblem):
    """A translated page."""

    hint = "use the English page, at the address without /de_de/, /ja_jp/ or the like"


class TruncatedPage(PageProblem):
    """Something that every page of this kind has is missing."""

    hint = "the page seems to be cut off; fetch or save it again"


class SeveralPages(PageProblem):
    """More than one page in a file: what the second states would be read as of the first."""

    hint = "save each page in its own file"


class Contradiction(PageProblem):
    """Two statements of one page cannot both hold."""

    hint = "the page contradicts itself; compare it with the published one"


class UnknownNotation(PageProblem):
    """A line whose label is known and whose form is not."""


class NamesLost(PageProblem):
    """Names of members are missing and the syntax block does not settle them."""

    hint = "also give the fuller page of the same operation, or save the page again"


class ServiceUnknown(PageProblem):
    """The document's location does not name a service."""

    hint = "name the service with --service"


class DuplicateDocument(PageProblem):
    """Two documents of one service have the same name and different bytes."""

    hint = "rename one of them, or give only one"


class NotFetched(PageProblem):
    """A page of a reference that was not fetched."""

    hint = "run the command again to continue; fetched pages are kept"
