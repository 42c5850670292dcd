"""Why recorded traffic cannot be judged; each reason is a type and one line."""

from dataclasses import dataclass

from conformance.errors import CouldNotTest, FileProblem, LineProblem

FORMATS = (
    "HAR 1.2, cassettes of VCR, vcrpy and go-vcr (YAML or JSON), nock's recordings and "
    "JSON Lines of exchanges are read"
)


class UnreadableTraffic(FileProblem):
    """The file cannot be opened or read."""

    told = "cannot read the traffic {place}: {why}"
    hint = FORMATS


class MalformedTraffic(LineProblem):
    """Something in the file is not what its format demands; ``line`` counts from 1."""

    hint = FORMATS


@dataclass(eq=False)
class NotTraffic(MalformedTraffic):
    """Nothing in the file is an exchange; ``why`` names its format where it is known."""

    hint: str = FORMATS


@dataclass(eq=False)
class NothingRecognised(CouldNotTest):
    """None of the exchanges belongs to a service that has a contract."""

    hint = (
        "requests are recognised by method, path, signing scope and host; "
        "`--target URL` names an address whose requests are meant, and `--protocol NAME` the "
        "protocol of services that have several"
    )

    exchanges: int
    services: tuple[str, ...]
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.exchanges:
            self.hint = "record the traffic again: whoever wrote these files saw no request"

    def __str__(self) -> str:
        if not self.exchanges:
            return "nothing is recorded in these files: they hold no exchange"
        known = " or ".join(self.services)
        more = f" ({'; '.join(self.details)})" if self.details else ""
        return f"none of {self.exchanges} recorded exchanges is one of {known}{more}"
