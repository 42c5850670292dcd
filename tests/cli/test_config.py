"""The configuration file: what it may say, what it does, and how a mistake is told."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import click
import jsonschema
import pytest

from conformance.cli import ci, config_file, config_model, run
from conformance.cli.configured import key_of

ROOT = Path(__file__).parents[2]
ONE = "apigateway/GetApiKey/status/200"
NOT_IN_A_FILE = {"help", "config", "config-profile", "no-config", "yes", "dry-run"}
SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open(sys.argv[2], "a").write(self.path + "\\n")
        self.send_response(404); self.send_header("Content-Length", "0"); self.end_headers()
    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def again(ended):
    line = next(one for one in ended.out.splitlines() if one.startswith("again: "))
    return shlex.split(line.removeprefix("again: "))[1:]


def pair(words, name):
    return words[words.index(name) + 1]


def test_every_option_of_a_run_can_be_in_the_file():
    options = {key_of(one) for one in run.command.params} - NOT_IN_A_FILE
    table = config_model.schema()["$defs"]["OptionTable"]["properties"]
    assert set(table) == options


def test_what_ci_has_besides_can_be_in_the_file():
    own = config_model.schema()["$defs"]["CiTable"]["properties"]
    assert set(own) <= {key_of(one) for one in ci.command.params}


def test_the_published_schema_is_this_one():
    assert json.loads((ROOT / "docs/config.schema.json").read_text()) == json.loads(
        json.dumps(config_model.schema())
    )


def test_the_schema_takes_what_the_reader_takes(place):
    text = (ROOT / "docs/recipes/config.md").read_text().split("```toml\n")[1].split("```")[0]
    (place / "conformance.toml").write_text(text)
    read = config_file.find()
    assert read is not None
    schema = config_model.schema()
    jsonschema.validate(read.data, schema)
    assert read.options("nightly")["profile"] == "deep"
    for wrong in ({"timout": 3}, {"strict": 1}, {"profiles": {"a": {"seed": "x"}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_the_file_gives_defaults_and_the_command_line_counts(conformance, place):
    (place / "conformance.toml").write_text(
        f'requirement = ["{ONE}"]\nseed = 7\nprofile = "quick"\nstrict = true\nquiet = true\n'
        'timeout = 7\nrecord = "kept.jsonl"\n[profiles.other]\nseed = 8\n'
    )
    plain = conformance("run")
    assert plain.code == 0, plain.err
    assert "config: conformance.toml\n" in plain.err
    words = again(plain)
    assert pair(words, "--seed") == "7"
    assert pair(words, "--timeout") == "7"
    assert "--strict" in words
    assert words[-1] == "--no-config"
    assert (place / "kept.jsonl").is_file()

    other = conformance("run", "--config-profile", "other", "--no-strict", "--timeout", "10")
    assert "config: conformance.toml, profile other\n" in other.err
    words = again(other)
    assert pair(words, "--seed") == "8"
    assert "--strict" not in words
    assert "--timeout" not in words

    # What was said again is the same run, although the file says otherwise.
    repeated = conformance(*words, "--record", "r.jsonl")
    assert "config:" not in repeated.err
    assert again(repeated)[:-1] == words[:-1]


def test_a_project_file_is_read_where_it_has_the_table(conformance, place):
    project = place / "pyproject.toml"
    project.write_text('[project]\nname = "x"\n')
    arguments = ("run", "--requirement", ONE, "--profile", "quick", "-q")
    assert "config:" not in conformance(*arguments).err
    project.write_text("[tool.conformance]\nseed = 5\n\n[tool.conformance.profiles.x]\nseed = 6\n")
    ended = conformance(*arguments, "--config-profile", "x")
    assert "config: pyproject.toml, profile x" in ended.err
    assert pair(again(ended), "--seed") == "6"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed = 1\ntimout = 3\n", ":2: unknown key timout, did you mean timeout?"),
        ("seed = 'x'\n", ":1: seed: expected a whole number, got text"),
        ("service = 'apigateway'\n", ":1: service: expected array, got text"),
        ("profile = 'fast'\n", ":1: profile: 'fast' is not one of quick, standard, deep"),
        ("rate = 0\n", ":1: rate: expected a number > 0.0"),
        ("yes = true\n", ":1: unknown key yes"),
        ("[profiles.a]\nseed = 1\n[profiles.b]\nsead = 2\n", ":4: unknown key profiles.b.sead, d"),
        ("[profile.a]\nseed = 1\n", ":1: profile: "),
        ("[targets.a]\nurl = 5\n", ":2: targets.a.url: expected text, got a whole number"),
        (
            "[targets.moto]\nurl = 'http://127.0.0.1:1'\n",
            ":1: targets.moto: this name is already taken",
        ),
        ("[ci]\nstat = 'x'\n", ":2: unknown key ci.stat, did you mean start?"),
        ("profiles = 3\n", ":1: profiles must be a table"),
        ("seed = \n", "it is not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(conformance, place, text, told):
    (place / "conformance.toml").write_text(text)
    complaint = conformance("run", "-q").complaint(2)
    assert f"conformance.toml{told}" in complaint or told in complaint
    assert not (place / "reports").exists()
    with pytest.raises(config_file.BadConfig):
        config_file.find()


def test_the_line_is_that_of_the_project_file(conformance, place):
    (place / "pyproject.toml").write_text("[tool.x]\nsead = 1\n[tool.conformance]\nsead = 1\n")
    assert "pyproject.toml:4: unknown key sead" in conformance("run").complaint(2)


def test_a_profile_that_there_is_not(conformance, place):
    assert "no profile 'x'" in conformance("run", "--config-profile", "x").complaint(2)
    (place / "conformance.toml").write_text("[profiles.nightly]\nseed = 1\n")
    complaint = conformance("run", "--config-profile", "nightli").complaint(2)
    assert "did you mean nightly?" in complaint


def test_a_named_file_that_is_not_there(conformance):
    assert "no.toml" in conformance("run", "--config", "no.toml").complaint(2)


def test_paths_are_relative_to_the_file(place):
    (place / "sub").mkdir()
    (place / "sub" / "c.toml").write_text('baseline = "b.yaml"\n[ci]\noutput = "out"\n')
    read = config_file.find(Path("sub/c.toml"))
    assert read is not None
    assert read.options() == {"baseline": str(Path("sub/b.yaml"))}
    assert read.ci() == {"output": str(Path("sub/out"))}


def test_no_config_reads_nothing(conformance, place):
    (place / "conformance.toml").write_text("this is not TOML")
    ended = conformance("run", "--no-config", "--requirement", ONE, "--profile", "quick", "-q")
    assert ended.code == 0
    assert "config:" not in ended.err


def test_check_says_what_a_file_sets(conformance, place):
    assert "init" in conformance("config", "check").complaint(2)
    (place / "conformance.toml").write_text(
        "seed = 3\n[profiles.x]\nrate = 2\n[targets.t]\ncommand = 'x'\n"
    )
    ended = conformance("config", "check")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "conformance.toml: no mistakes", "all runs", "  seed = 3",
        "profile x", "  seed = 3", "  rate = 2", "target t",
    ]  # fmt: skip


def test_a_target_of_the_file_is_started_and_ended(conformance, place):
    (place / "server.py").write_text(SERVER)
    seen = place / "seen"
    command = f"'{sys.executable}' server.py {{port}} '{seen}'"
    (place / "conformance.toml").write_text(
        f'target = "mine"\n[targets.mine]\ncommand = """{command}"""\nready = "/up"\n'
    )
    ended = conformance("run", "--requirement", ONE, "--profile", "quick", "-q")
    assert ended.code == 3
    assert "mine at http://127.0.0.1:" in ended.out
    assert again(ended)[:2] == ["run", "mine"]
    asked = seen.read_text().splitlines()
    assert asked[0] == "/up"
    assert len(asked) > 1
    url = ended.out.split(" at ")[1].split()[0]
    assert "cannot connect" in conformance("run", url, "-q").complaint(3)


def test_a_target_of_the_file_that_ends_at_once(conformance, place):
    (place / "conformance.toml").write_text('[targets.mine]\ncommand = "echo gone wrong; exit 4"\n')
    complaint = conformance("run", "mine", "-q").complaint(3)
    assert "mine did not start: gone wrong" in complaint


def test_a_mistyped_name_is_answered_with_the_nearest(conformance, place):
    (place / "conformance.toml").write_text('[targets.mine]\nurl = "http://127.0.0.1:1"\n')
    assert "did you mean mine?" in conformance("run", "mime").complaint(2)
    assert "did you mean ministack" in conformance("run", "ministac").complaint(2)
    assert "did you mean" not in conformance("run", "zzz").complaint(2)


def test_ci_takes_target_and_seed_from_the_file(monkeypatch, place):
    (place / "conformance.toml").write_text(
        'target = "reference"\nseed = 9\n[profiles.n]\nseed = 10\n[ci]\noutput = "out"\n'
    )
    called = []

    class Done:
        returncode = 3

    def record(parts, **_):
        called.append(parts)
        return Done

    monkeypatch.setattr("subprocess.run", record)
    for arguments in ([], ["--config-profile", "n"], ["--strict"], ["moto", "--seed", "2"]):
        context = ci.command.make_context("ci", list(arguments))
        with pytest.raises(SystemExit), context:
            ci.command.invoke(context)
    plain, profiled, strict, said = (one[4:] for one in called)
    assert plain[0] == strict[0] == "reference"
    assert pair(plain, "--seed") == "9"
    assert pair(profiled, "--seed") == "10"
    assert pair(profiled, "--config-profile") == "n"
    assert "--strict" in strict
    assert (said[0], pair(said, "--seed")) == ("moto", "2")
    assert pair(plain, "--record") == str(Path("out/record.jsonl"))


def test_ci_without_anything_to_test():
    context = ci.command.make_context("ci", [])
    with pytest.raises(click.UsageError, match="give a TARGET"), context:
        ci.command.invoke(context)
