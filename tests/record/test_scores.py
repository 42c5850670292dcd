"""Two figures for a service: what a target has of it, and what of that holds."""

from __future__ import annotations

from dataclasses import replace

from conformance.contract.levels import Level, Source
from conformance.record import Share, Verdict, VerdictLine, score_services, total

P, F, U, S = Verdict.PASSED, Verdict.FAILED, Verdict.UNSUPPORTED, Verdict.SKIPPED
LINE = VerdictLine(
    requirement="s/Get/request/a/type",
    level=Level.REQUIRED,
    statement="a is a string",
    source=Source(),
    verdict=P,
    service="s",
    operation="Get",
)


def lines(service: str, **verdicts: str) -> list[VerdictLine]:
    """A line for each letter: its operation, and how it came out."""
    letters = {"p": P, "f": F, "u": U, "s": S, "i": Verdict.INCONCLUSIVE}
    return [
        replace(
            LINE,
            requirement=f"{service}/{operation}/{number}",
            service=service,
            operation=operation,
            verdict=letters[letter],
        )
        for operation, word in verdicts.items()
        for number, letter in enumerate(word)
    ]


def test_an_operation_is_there_where_something_of_it_was_decided():
    (score,) = score_services(lines("s", A="ppf", B="uuu", C="ss", D="pu"), strict=False)
    assert score.implemented == Share(2, 3)
    assert score.gate == Share(3, 4)
    assert score.undecided == 2
    assert not score.is_lacking


def test_a_service_that_is_lacking_does_not_move_the_score_of_another():
    alone = score_services(lines("s", A="ppf"), strict=False)
    both = score_services(lines("s", A="ppf") + lines("t", B="uuuu"), strict=False)
    assert both[0] == alone[0]
    assert both[1].is_lacking
    assert both[1].gate.percent is None
    assert total(both).gate == alone[0].gate


def test_levels_that_do_not_fail_the_gate_have_a_share_of_their_own():
    weak = replace(LINE, level=Level.STRICT, verdict=F)
    (score,) = score_services([LINE, weak], strict=False)
    assert (score.gate, score.below) == (Share(1, 1), Share(0, 1))
    (score,) = score_services([LINE, weak], strict=True)
    assert (score.gate, score.below) == (Share(1, 2), Share(0, 0))


def test_a_share_is_never_rounded_up_to_all():
    assert Share(2999, 3000).percent == 99.9
    assert Share().percent is None
