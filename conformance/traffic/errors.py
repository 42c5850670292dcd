"""Why recorded traffic cannot be judged; each reason is a type and one line."""

from dataclasses import dataclass

from conformance.errors import CouldNotTest, FileProblem, LineProblem

FORMATS = (
    "the tool reads HAR 1.2, cassettes of VCR, vcrpy and go-vcr (YAML or JSON), recordings of"
    " nock and JSON Lines of exchanges"
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
        "the tool recognises requests by method, path, signing scope and host; `--target URL`"
        " says which address you mean, and `--protocol NAME` which protocol, if a service has"
        " several"
    )

    exchanges: int
    services: tuple[str, ...]
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.exchanges:
            self.hint = "record the traffic again; these files were written without any request"

    def __str__(self) -> str:
        if not self.exchanges:
            return "these files contain no exchanges"
        known = " or ".join(self.services)
        more = f" ({'; '.join(self.details)})" if self.details else ""
        return f"none of {self.exchanges} recorded exchanges belongs to {known}{more}"
