"""A badge: what a target has, and what of it holds. shields.io endpoint JSON, and SVG."""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from conformance.record import Record, ServiceScore
from conformance.reports.facts import accepted, share_text, whole_score

_COLOURS = {"brightgreen": "#2a7a3b", "yellow": "#8a6100", "red": "#b3261e", "lightgrey": "#5f6368"}
"""The names that shields knows, and what the SVG has, dark enough for white text."""
_NARROW, _WIDE = set("il.,:;|!'1jtfr() I"), set("mwMW%@")


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says; ``colour`` is a name that shields knows."""

    label: str
    message: str
    colour: str

    def as_json(self) -> dict[str, Any]:
        return {
            "schemaVersion": 1,
            "label": self.label,
            "message": self.message,
            "color": self.colour,
        }


def badge(record: Record, label: str = "conformance") -> Badge:
    """The badge of a run; it counts the requirements whose failure fails the gate."""
    score = whole_score(record)
    lacking = score.implemented.part < score.implemented.of
    if record.interrupted or record.exit not in (0, 1):
        said = message(score) if score.gate.of else "could not be tested"
        return Badge(label, f"{said} (unfinished)" if record.interrupted else said, "lightgrey")
    colour = "red" if record.exit else "yellow" if lacking or accepted(record) else "brightgreen"
    return Badge(label, message(score), colour)


def message(score: ServiceScore) -> str:
    """What holds of a score and, where something is missing, how much."""
    has, undecided = score.implemented, score.undecided
    lacking = f", {has.part:,} of {has.of:,} operations" if has.part < has.of else ""
    left = f", {undecided:,} not decided" if undecided else ""
    return f"{share_text(score.gate)} hold{lacking}{left}"


def render_svg(made: Badge) -> str:
    """The badge as an SVG image that needs nothing else."""
    left, right = _width(made.label), _width(made.message)
    label, message = (escape(text, {'"': "&quot;"}) for text in (made.label, made.message))
    whole, fill = left + right, _COLOURS[made.colour]
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" \
aria-label="{label}: {message}">
<title>{label}: {message}</title>
<clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444"/>\
<rect x="{left}" width="{right}" height="20" fill="{fill}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left / 2:g}" y="14" textLength="{left - 12}">{label}</text>
<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{message}</text>
</g>
</svg>
"""


def _width(text: str) -> int:
    """About how wide the text is at 11 pixels, with room on both sides."""
    widths = (4.0 if c in _NARROW else 10.5 if c in _WIDE else 7.0 for c in text)
    return round(sum(widths)) + 12
