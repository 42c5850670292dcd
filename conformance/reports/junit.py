"""JUnit XML: one test case a requirement, for CI systems that show test results.

Only what fails the gate is a failure there: anything else would make CI red where the run is not.
"""

from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from conformance.record import Record, Verdict, VerdictLine
from conformance.reports import facts
from conformance.reports.outcome import about, explanation, outcome
from conformance.reports.text import one_line


def render_junit(record: Record) -> str:
    suites = ET.Element("testsuites", {"name": f"conformance {facts.target_name(record)}"})
    for service, lines in facts.grouped(record.verdicts, lambda line: line.service).items():
        suites.append(_suite(record, service, lines))
    for name in ("tests", "failures", "errors", "skipped"):
        suites.set(name, str(sum(int(part.get(name, "0")) for part in suites)))
    suites.set("time", f"{sum(float(part.get('time', '0')) for part in suites):.3f}")
    ET.indent(suites)
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(record: Record, service: str, lines: list[VerdictLine]) -> Element:
    start = _attribute(record.run.start)
    suite = ET.Element("testsuite", {"name": _attribute(service), "timestamp": start})
    known = [*about(record), ("verdict", facts.headline(record))]
    known.append(("gate", facts.gate_sentence(record)))
    news = facts.baseline_news(record)
    known += [("baseline", f"{one}: {', '.join(names)}") for one, names in news]
    properties = ET.SubElement(suite, "properties")
    for name, value in known:
        ET.SubElement(properties, "property", {"name": name, "value": _attribute(value)})
    cases = [_case(line, strict=record.run.strict) for line in lines]
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    suite.set("time", f"{sum(line.seconds for line in lines):.3f}")
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    return suite


def _case(line: VerdictLine, *, strict: bool) -> Element:
    case = ET.Element("testcase", {
        "classname": _attribute(f"{line.service}.{line.operation or 'service'}"),
        "name": _attribute(line.requirement),
        "time": f"{line.seconds:.3f}",
    })  # fmt: skip
    tag, message = outcome(line, strict=strict)
    if tag:
        part = ET.SubElement(case, tag, {"message": _attribute(message)})
        if tag != "skipped":
            part.set("type", line.level if tag == "failure" else "error")
            part.text = explanation(line)
    if line.verdict is Verdict.FAILED and tag == "skipped":
        ET.SubElement(case, "system-out").text = explanation(line)
    return case


def _attribute(text: str) -> str:
    """A text for an attribute: one line, valid in XML whatever a target sent."""
    return one_line(text, 500)
