"""``conformance init``: what it writes for which project, and that it replaces nothing."""

from __future__ import annotations

import shlex
import tomllib

import pytest
import yaml

from conformance.cli import config_file
from conformance.cli.init import emulators, forges

WORKFLOW, JOB = ".github/workflows/conformance.yml", ".gitlab/conformance.yml"


def written(place):
    return {str(one.relative_to(place)) for one in place.rglob("*") if one.is_file()}


def test_an_empty_folder(conformance, place):
    ended = conformance("init")
    assert ended.code == 0
    assert written(place) == {"conformance.toml"}
    assert "wrote conformance.toml" in ended.out
    assert "--ci github" in ended.out
    read = config_file.find()
    assert read is not None
    assert read.options("nightly") == {
        "target": "http://127.0.0.1:4566", "profile": "deep", "seed": 1,
    }  # fmt: skip
    assert read.ci() == {"wait": 60}


def test_what_it_wrote_can_be_run(conformance, place):
    conformance("init", "--target", "reference", "--ci", "none")
    ended = conformance("run", "--requirement", "apigateway/GetApiKey/status/*", "-q")
    assert ended.code == 0, ended.err
    assert "config: conformance.toml" in ended.err


def test_a_project_on_github_that_uses_moto(conformance, place):
    (place / ".github").mkdir()
    (place / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["moto[s3]>=5"]\n')
    ended = conformance("init")
    assert "pyproject.toml names moto" in ended.out
    assert ".github says that CI runs on github" in ended.out
    assert written(place) == {"pyproject.toml", "conformance.toml", WORKFLOW}
    read = config_file.find()
    assert read is not None
    assert read.options()["target"] == "moto"
    workflow = yaml.safe_load((place / WORKFLOW).read_text())
    runs = [one["run"] for one in workflow["jobs"]["conformance"]["steps"] if "run" in one]
    assert shlex.split(runs[0]) == ["pip", "install", "aws-conformance[moto]"]
    assert runs[1].startswith("conformance ci ")


def test_a_project_on_gitlab_is_told_what_to_include(conformance, place):
    main = place / ".gitlab-ci.yml"
    main.write_text("stages: [test]\n")
    ended = conformance("init")
    assert main.read_text() == "stages: [test]\n"
    assert f"add to .gitlab-ci.yml: include: {JOB}" in ended.out
    job = yaml.safe_load((place / JOB).read_text())["conformance"]
    assert job["artifacts"]["reports"]["junit"] == "conformance-report/junit.xml"


def test_gitlab_on_request(conformance, place):
    conformance("init", "--ci", "gitlab")
    assert yaml.safe_load((place / ".gitlab-ci.yml").read_text()) == {"include": JOB}


def test_nothing_is_replaced(conformance, place):
    mine = {"conformance.toml": "seed = 5\n", WORKFLOW: "name: mine\n"}
    (place / WORKFLOW).parent.mkdir(parents=True)
    for name, text in mine.items():
        (place / name).write_text(text)
    ended = conformance("init")
    assert ended.code == 0
    assert {name: (place / name).read_text() for name in mine} == mine
    assert ended.out.count("kept ") == 2
    assert "wrote" not in ended.out


def test_a_project_file_with_a_configuration_is_kept(conformance, place):
    (place / "pyproject.toml").write_text("[tool.conformance]\nseed = 1\n")
    assert "kept pyproject.toml" in conformance("init").out
    assert not (place / "conformance.toml").exists()


def test_a_second_time_changes_nothing(conformance, place):
    conformance("init", "--ci", "github")
    before = {name: (place / name).read_text() for name in written(place)}
    assert "wrote" not in conformance("init").out
    assert {name: (place / name).read_text() for name in written(place)} == before


@pytest.mark.parametrize(
    ("file", "text", "emulator"),
    [
        ("requirements-dev.txt", "boto3\nmoto[server]==5.1\n", "moto"),
        ("requirements.txt", "localstack-core[runtime]==4.8\n", "localstack"),
        ("docker-compose.yml", "services: {aws: {image: 'localstack/localstack:4'}}", "localstack"),
        ("compose.yaml", "services: {aws: {image: ministackorg/ministack}}", "ministack"),
        ("requirements.txt", "# moto is not for us\nmotor==3\npromoto\nmoto-ext\n", ""),
        ("pyproject.toml", '[project]\nname = "moto"\n', ""),
        ("README.md", "we like moto", ""),
    ],
)
def test_emulators_are_seen_in_dependencies(place, file, text, emulator):
    (place / file).write_text(text)
    assert next(emulators(place), ("", ""))[0] == emulator


def test_a_remote_tells_the_forge(place):
    (place / ".git").mkdir()
    (place / ".git" / "config").write_text('[remote "origin"]\n\turl = git@gitlab.com:a/b.git\n')
    assert next(forges(place))[0] == "gitlab"


def test_a_folder_that_cannot_be_written(conformance, place):
    (place / ".github").write_text("a file")
    assert ".github" in conformance("init", "--ci", "github").complaint(2)
    assert tomllib.loads((place / "conformance.toml").read_text())["seed"] == 1
