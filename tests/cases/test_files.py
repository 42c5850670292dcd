"""Files as people save and other tools write them: pages, recordings, and what is neither."""

from __future__ import annotations

import gzip
import json
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.page_layouts import pages_of
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages
from conformance.runs.campaign.file import BadCampaign, read_campaign
from conformance.traffic.errors import MalformedTraffic, NotTraffic
from conformance.traffic.reading import read_traffic
from tests.cases.conftest import KEY, recorded
from tests.command import in_process

URL = "http://127.0.0.1:4566/apikeys/abcde12345"
SENT = '{"patchOperations": [{"op": "replace", "path": "/name", "value": "one"}]}'
ANSWER = json.dumps(KEY)
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261126/us-east-1/apigateway/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
)
ASKED = {"Accept": "application/json", "Content-Type": "application/json", "Authorization": SIGNED}
ANSWERED = {"Content-Type": "application/json", "Date": "x", "x-amzn-RequestId": "a-b"}
CUT = {**ANSWERED, "Content-Length": str(len(ANSWER))}
PACKED = {**ANSWERED, "Content-Encoding": "gzip"}


@dataclass(frozen=True)
class Judged:
    """What the command said of a recording of one right exchange."""

    code: int
    passed: int
    failed: tuple[str, ...]
    said: str


Judge = Callable[[str, Any], Judged]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """``conformance judge`` of a file with this name and content."""

    def go(name: str, content: Any) -> Judged:
        text = content if isinstance(content, str) else json.dumps(content)
        if name.endswith(("yaml", "yml")) and not isinstance(content, str):
            text = yaml.safe_dump(content)
        (tmp_path / name).write_text(text, encoding="utf-8")
        record = tmp_path / "judged.jsonl"
        ended = in_process("judge", tmp_path / name, "-q", "--no-color", "--record", record)
        verdicts = recorded(record)[0] if record.exists() else {}
        found = {name: one["verdict"] for name, one in verdicts.items()}
        failed = tuple(name for name, one in found.items() if one == "failed")
        return Judged(ended.code, [*found.values()].count("passed"), failed, ended.err)

    return go


def archive(content: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [{
        "request": {"method": "PATCH", "url": URL, "headers": listed(ASKED),
                    "postData": {"mimeType": "application/json", "text": SENT}},
        "response": {"status": 200, "headers": listed(headers), "content": content},
    }]}}  # fmt: skip


def listed(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def cassette(
    response: dict[str, Any], request: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    asked = {"body": SENT} if request is None else request
    return {"http_interactions": [{
        "request": {"method": "patch", "uri": URL, "headers": ASKED, **asked, **more},
        "response": {"headers": ANSWERED, "status": {"code": 200}, **response},
    }]}  # fmt: skip


def scope(**more: Any) -> list[dict[str, Any]]:
    return [{"scope": "http://127.0.0.1:4566", "method": "PATCH", "path": "/apikeys/abcde12345",
             "body": json.loads(SENT), "status": 200, "response": KEY, "reqheaders": ASKED,
             "rawHeaders": ANSWERED, **more}]  # fmt: skip


OF_RUBY = f"""\
- !ruby/struct:VCR::HTTPInteraction
  request: !ruby/struct:VCR::Request
    method: :patch
    uri: {URL}
    body: '{SENT}'
    headers: {json.dumps(ASKED)}
  response: !ruby/struct:VCR::Response
    status: !ruby/struct:VCR::ResponseStatus {{code: 200, message: OK}}
    headers: {json.dumps(ANSWERED)}
    body: '{ANSWER}'
"""
READ_FROM = f"""\
interactions:
- request:
    method: PATCH
    uri: {URL}
    headers: {json.dumps(ASKED)}
    body: !!python/object/new:_io.BytesIO
      state: !!python/tuple ['{SENT}', 0, null]
  response:
    status: {{code: 200}}
    headers: {json.dumps(ANSWERED)}
    body: {{string: '{ANSWER}'}}
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.yml", OF_RUBY),
        ("a.yaml", READ_FROM),
        ("a.yml", cassette({"status": {"status_code": 200}, "body": {"string": ANSWER}})),
        ("a.json", cassette({"body": ANSWER}, {"body": ""}, request_body=SENT)),
        ("a.json", scope(response=ANSWER.encode().hex(), responseIsBinary=True)),
        ("a.jsonl", {"service": "apigateway", "request": {
            "method": "PATCH", "path": "/apikeys/abcde12345", "headers": ASKED, "body": SENT},
            "response": {"status": 200, "headers": ANSWERED, "body": ANSWER}}),
    ],
    ids=["VCR 1 for Ruby", "an object that is read from", "a status of R", "a body of ExVCR",
         "hexadecimal by nock", "a body as a text"],
)  # fmt: skip
def test_a_right_answer_passes(judge: Judge, name: str, content: Any) -> None:
    found = judge(name, content)
    assert (found.code, found.failed) == (0, ())
    assert found.passed > 20, found.said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.har", archive({"text": ANSWER[:40]}, CUT)),
        ("a.har", archive({"text": ANSWER.replace("one", "\ud83d")}, ANSWERED)),
        ("a.yaml", cassette({"body": {"string": ANSWER[:40]}, "headers": CUT})),
        ("a.yaml", cassette({"body": "", "headers": CUT})),
        ("a.yaml", cassette({"parsed_body": KEY})),
        ("a.yaml", cassette({"body": {"file": True, "string": "answer.json"}})),
        ("a.json", scope(response=ANSWER[:40], rawHeaders=CUT)),
    ],
    ids=["cut in a HAR", "half a letter", "cut in a cassette", "dropped", "parsed", "in a file",
         "cut by nock"],
)  # fmt: skip
def test_a_body_that_was_lost_fails_nothing(judge: Judge, name: str, content: Any) -> None:
    found = judge(name, content)
    assert (found.code, found.failed) == (0, ())
    assert 0 < found.passed < 20, found.said


def test_a_request_of_which_only_the_parsed_body_is_kept_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(yaml.safe_dump(cassette({"body": ANSWER}, {"parsed_body": {}})))
    (entry,) = read_traffic([path])
    assert (entry.request_known, entry.response_known) == (False, True)


def test_a_file_of_several_cassettes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("---\n".join([yaml.safe_dump(cassette({"body": ANSWER}))] * 2))
    with pytest.raises(MalformedTraffic, match="several documents"):
        list(read_traffic([path]))


def test_a_body_in_which_a_name_is_hidden_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(yaml.safe_dump(cassette({"body": '{"id": "x"}', "headers": CUT})))
    (entry,) = read_traffic([path])
    assert entry.response_known


def test_a_client_may_ask_for_codings_where_nobody_records_it(judge: Judge) -> None:
    packed = [gzip.compress(ANSWER.encode()).hex()]
    found = judge("a.json", scope(response=packed, rawHeaders=PACKED))
    assert (found.code, found.failed) == (0, ())
    assert found.passed > 20


@pytest.mark.parametrize("content", [{"log": {"entries": []}}, {"interactions": []}])
def test_a_recording_of_nothing_is_told(judge: Judge, content: Any) -> None:
    found = judge("a.json", content)
    assert found.code == 3
    assert "contain no exchanges" in found.said
    assert "--target" not in found.said


PAIR: dict[str, Any] = {"request": {"method": "PATCH", "path": "/apikeys/x", "body": SENT},
        "response": {"status": 200, "body": ANSWER}}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", [{**PAIR, "request": {**PAIR["request"], "destination": "x"}}], "Hoverfly"),
        ("a.json", {"journal": [PAIR], "total": 1}, "Hoverfly"),
        ("a.json", [{"context": {}, **PAIR}], "Smocker"),
        ("a.yaml", "- request: {method: GET}\n  dynamic_response: {engine: lua}\n", "Smocker"),
        ("a.json", {"requests": [PAIR], "requestJournalDisabled": False}, "a journal of WireMock"),
        ("a.json", [{**PAIR, "responseDefinition": {}}], "a journal of WireMock"),
        ("a.json", [{"httpRequest": {}, "httpForward": {}}], "MockServer"),
        ("a.json", [{"name": "x", **PAIR, "response": [{}]}], "Postman"),
        ("a.json", {"folders": [], "requests": []}, "Postman"),
        ("a.json", {"collection": {}, "run": {}}, "Newman"),
        ("a.json", {"services": [{}], "resources": []}, "Microcks"),
        ("a.yaml", "version: api.keploy.io/v1beta1\nkind: Http\nspec: {}\n", "Keploy"),
        ("a.json", [{"RecordedAt": "x", "Request": {}, "Response": {}}], "EasyVCR"),
        ("a.json", {"Entries": [{"RequestUri": "x"}]}, "test proxy"),
        ("a.txt", "12:00:00.000000 IP a.1 > b.2: Flags [P.], length 9: HTTP: GET /\n", "tcpdump"),
        ("a.log", "2026-11-26 12:00:00,000 botocore.endpoint [DEBUG] Sending\n", "a log"),
        ("a.log", 'DEBUG org.apache.http.wire - >> "PATCH /"\n', "a log"),
        ("a.txt", "> PATCH /apikeys/x HTTP/1.1\n> Host: x\n< HTTP/1.1 200 OK\n", "curl"),
        ("a.txt", "PATCH /apikeys/x HTTP/1.1\nHost: x\n\n{}\n", "raw HTTP request"),
    ],
)
def test_what_is_no_recording_is_named(tmp_path: Path, name: str, content: Any, said: str) -> None:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(NotTraffic, match=said) as raised:
        list(read_traffic([path]))
    assert raised.value.hint


RENDERINGS = Path(__file__).parents[1] / "documents" / "renderings"
MARKDOWN, HTML, TEXT = (
    (RENDERINGS / name).read_text(encoding="utf-8")
    for name in ("api-grafttree.md", "GraftTree.html", "GraftTree.txt")
)
BRANCH = (RENDERINGS.parent / "pages" / "orchard" / "API_Branch.md").read_text(encoding="utf-8")
MENU = "<div><h2>On this page</h2><p>Request Syntax</p></div><div><h2>Cookies</h2></div>"


def derived(path: Path) -> dict[str, Any]:
    """What a page states, without what only its bytes decide."""
    out = path.parent / "spec.yaml"
    ended = in_process("derive", path, "-o", out)
    assert ended.code == 0, ended.err
    spec = yaml.safe_load(out.read_text(encoding="utf-8"))
    del spec["x-documents"], spec["info"]["version"]
    bare: dict[str, Any] = stated(spec)
    return bare


def stated(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: stated(one)
            for name, one in value.items()
            if not name.endswith(("source", "sources"))
        }
    return [stated(one) for one in value] if isinstance(value, list) else value


def underlined(page: str) -> str:
    titled = re.sub(r"(?m)^# (.+)$", rf"\1\n{'=' * 9}", page)
    return re.sub(r"(?m)^## (.+)$", rf"\1\n{'-' * 9}", titled)


def wrapped(page: str) -> str:
    plain = re.compile(r"[A-Z*]")
    lines = page.split("\n")
    return "\n".join(textwrap.fill(one, 60) if plain.match(one) else one for one in lines)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """A page under the name of its service."""

    def save(name: str, page: str | bytes) -> Path:
        path = tmp_path / "orchard" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page if isinstance(page, bytes) else page.encode())
        return path

    return save


Save = Callable[[str, str | bytes], Path]


@pytest.mark.parametrize(
    ("name", "page", "changed"),
    [
        ("a.md", MARKDOWN, MARKDOWN.replace("\n", "\r\n")),
        ("a.md", MARKDOWN, MARKDOWN.encode("utf-16")),
        ("a.md", MARKDOWN, MARKDOWN.replace(" ", "\u00a0")),
        ("a.txt", TEXT, TEXT.replace(" ", "\u00a0")),
        ("a.html", HTML, re.sub(r"(?<=\w) (?=\w+<)", "&nbsp;", HTML)),
        ("a.md", MARKDOWN, MARKDOWN.replace("Tree", "Tr\u00adee")),
        ("a.html", HTML, HTML.replace(">GraftTree", ">Graft&shy;Tree")),
        ("a.txt", TEXT, TEXT.replace(".1", ".\u200b1")),
        ("a.md", MARKDOWN, re.sub(r'"([^"\n]*)"', "\u201c\\1\u201d", MARKDOWN)),
        ("a.md", MARKDOWN, MARKDOWN.replace("\n## ", "\n\f## ")),
        ("a.md", MARKDOWN, underlined(MARKDOWN)),
        ("a.md", MARKDOWN, wrapped(MARKDOWN)),
        ("a.html", HTML, HTML.replace("<body>", f"<body>{MENU}")),
        ("a.htm", HTML, '<?xml version="1.0"?>\n' + HTML),
    ],
    ids=["Windows", "UTF-16", "hard spaces", "hard spaces in text", "hard spaces in HTML",
         "soft hyphens", "soft hyphens in HTML", "spaces of no width", "curly quotes",
         "form feeds", "underlined headings", "wrapped lines", "a menu before the title", "XHTML"],
)  # fmt: skip
def test_a_page_states_the_same_however_it_was_saved(
    saved: Save, name: str, page: str, changed: str | bytes
) -> None:
    assert changed not in {page, page.encode()}
    wanted = derived(saved(name, page))
    assert derived(saved(name, changed)) == wanted


@pytest.mark.parametrize(
    ("name", "page", "said"),
    [
        ("a.md", MARKDOWN + MARKDOWN.replace("GraftTree", "Prune"), "each page in its own file"),
        ("a.txt", TEXT + TEXT.replace("GraftTree", "Prune"), "each page in its own file"),
        ("a.html", HTML + HTML, "each page in its own file"),
        ("a.md", BRANCH + "\n\n" + MARKDOWN, "each page in its own file"),
        ("a.md", MARKDOWN + "\n\n" + BRANCH, "each page in its own file"),
        ("a.txt", TEXT.replace("Required: Yes", "Obligatoire : Oui"), "use the English page"),
        ("a.pdf", b"%PDF-1.7\n", "found a PDF file"),
        ("a.zip", b"PK\x03\x04", "found a packed file"),
        ("a.md.gz", b"\x1f\x8b\x08", "found a packed file"),
        ("a.mhtml", b"From: <Saved by Blink>\r\n", "MHTML"),
        ("service-2.json", b"{}", "found JSON"),
    ],
)
def test_what_is_not_one_page_is_refused(
    saved: Save, name: str, page: str | bytes, said: str
) -> None:
    path = saved(name, page)
    ended = in_process("derive", path, "-o", path.parent / "spec.yaml")
    assert ended.code == 2
    assert said in ended.err
    assert "hint:" in ended.err


@pytest.mark.parametrize("form", ["3 - 300", "3 to 300 inches", "3\u2013300 mm/s."])
def test_a_range_may_be_from_one_number_to_another(saved: Save, form: str) -> None:
    branch = "## Contents\n\n**Depth**\n\nHow deep.\n\nType: Integer\n\nValid Range: {}\n\n"
    branch = "# Branch\n\nOf a tree.\n\n" + branch + "Required: No\n\n## See Also\n"
    saved("a.md", MARKDOWN)
    wanted = saved("b.md", branch.format("Minimum value of 3. Maximum value of 300."))
    said = derived(wanted.parent)
    assert derived(saved("b.md", branch.format(form)).parent) == said
    assert "300" in json.dumps(said["components"]["schemas"]["Branch"])


def test_a_menu_after_the_page_is_no_second_page(saved: Save) -> None:
    menu = "\nOn this page\nRequest Syntax\nURI Request Parameters\nRequest Body\nErrors\n"
    assert derived(saved("a.txt", TEXT + menu)) == derived(saved("a.txt", TEXT))


def test_a_folder_without_pages_beside_the_pages_is_passed_over(saved: Save) -> None:
    page = saved("a.md", MARKDOWN)
    saved("a_files/script.js", "1")
    wanted = derived(page)
    (page.parent / "spec.yaml").unlink()
    assert derived(page.parent) == wanted


def test_a_list_of_a_model_may_bring_the_name_of_its_members_along() -> None:
    pages = model_pages(load_model("elasticache"), "elasticache")
    members = {one.name: one for one in pages.structures["PendingModifiedValues"].members}
    names = members["LogDeliveryConfigurations"].names
    assert names is not None
    assert names.name == "PendingLogDeliveryConfiguration"


def test_a_spec_is_compared_with_the_model_of_its_own_protocol(tmp_path: Path) -> None:
    """The SDKs speak to this service in another protocol than its pages are of."""
    pages = tmp_path / "cloudwatch"
    pages.mkdir()
    for name, text in pages_of(load_model("cloudwatch", "aws-query"), "cloudwatch").items():
        (pages / name).write_text(text, encoding="utf-8")
    assert in_process("derive", pages, "-o", tmp_path / "specs").code == 0
    ended = in_process(
        "compare-model", "cloudwatch", "--specs", tmp_path / "specs", "--format", "json"
    )
    lines = json.loads(ended.out)["kinds"]["request line"]
    assert lines["same"] == lines["documents"] == lines["model"] > 0


CONFIG = 'target = "mine"\nprofile = "quick"\nseed = 1\n\n[targets.mine]\ncommand = "x {port}"\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed = 1", "seed = 1.5", "toml:3: seed: expected a whole number, got a number"),
        ('"quick"', '"quik"', "toml:2: profile: 'quik' is not one of quick, standard, deep"),
        ("seed = 1", 'protocol = "query"', "toml:3: protocol: 'query' is not one of"),
        (
            "[targets.mine]\ncommand",
            "[targets.mine]\nready",
            "toml:5: targets.mine: it needs a url",
        ),
        ('command = "x {port}"', 'url = "localhost:4566"', "toml:6: targets.mine.url: "),
        ("target = ", "[tool.conformance]\ntarget = ", "is for pyproject.toml"),
    ],
)
def test_a_mistake_in_a_configuration_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "conformance.toml"
    assert old in CONFIG
    path.write_text(CONFIG.replace(old, new))
    ended = in_process("config", "check", path)
    assert ended.code == 2
    assert said in ended.err


def test_a_configuration_file_may_begin_as_those_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "conformance.toml"
    path.write_text(CONFIG, encoding="utf-8-sig")
    assert in_process("config", "check", path).code == 0


CAMPAIGN = (
    'services = ["apigateway"]\nprofile = "quick"\n\n[shards]\napigateway = 2\n\n'
    '[[target]]\nname = "moto"\n\n[[target]]\nname = "ours"\ncommand = "x {port} ${HOME}"\n'
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("profile", "profil", "toml:2: unknown key profil, did you mean profile?"),
        ('"quick"', '"fast"', "toml:2: profile: 'fast' is not one of quick, standard, deep"),
        ("apigateway = 2", 'apigateway = "2"', "toml:4: shards: expected a whole number, got text"),
        ("command", "comand", "toml:12: unknown key target[1].comand, did you mean command?"),
        ('name = "ours"', 'version = "1"', "toml:10: target[1].name is missing"),
        ('["apigateway"]', '["apigatewai"]', "no service is called apigatewai, did you mean"),
        (
            "apigateway = 2",
            "apigatewai = 2",
            "not a service of this campaign, did you mean apigateway?",
        ),
        ("{port}", "{prot}", "{prot}, did you mean {port}?"),
        ('command = "x {port} ${HOME}"', 'url = "nowhere"', "target ours: url: "),
    ],
)
def test_a_mistake_in_the_file_of_a_campaign(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "league.toml"
    assert CAMPAIGN.count(old) == 1
    path.write_text(CAMPAIGN.replace(old, new))
    with pytest.raises(BadCampaign) as raised:
        read_campaign(path)
    assert said in str(raised.value)


def test_the_file_of_a_campaign_may_have_braces_of_the_shell(tmp_path: Path) -> None:
    path = tmp_path / "league.toml"
    path.write_text(CAMPAIGN, encoding="utf-8-sig")
    assert read_campaign(path).target[1].command == "x {port} ${HOME}"
