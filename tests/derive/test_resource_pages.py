"""Pages of one resource, with their tables flattened and as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from conformance.cli.derive import command
from conformance.contract.building import build_contract
from conformance.contract.load import load_contract
from conformance.contract.locate import using
from conformance.contract.model import Kind
from conformance.documents import Document, read_page
from conformance.documents.page_model import ResourcePage
from conformance.documents.problems import PageProblem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FLAT = """\
# User

Somebody who may use a broker.

## URI

`/v1/brokers/broker-id/users/username`

## HTTP methods

### GET

**Operation ID:** `DescribeUser`

Tells of one.

Path parametersNameTypeRequiredDescription`username`StringTrue

Who.

`broker-id`StringTrue

Where.

ResponsesStatus codeResponse modelDescription`200``

         DescribeUserOutput`

Fine.

`404``Error`

Nobody.

### POST

**Operation ID:** `CreateUser`

Path parametersNameTypeRequiredDescription`username`StringTrue

Who.

`broker-id`StringTrue

Where.

ResponsesStatus codeResponse modelDescription`200`None

Fine.

`409``ConflictException`

There is one.

### OPTIONS

ResponsesStatus codeResponse modelDescription`200`None

## Schemas

### Request bodies

```json
{
  "password": "string"
}
```

## Properties

### ChangeType

What changes.

- `CREATE`

- `DELETE`

### CreateUserInput

Makes one.

PropertyTypeRequiredDescription`consoleAccess`

boolean

False

Whether they may look.

`groups`

Array of type string

False

Theirs.

`password`

string

Format: password

True

Secret.

### DescribeUserOutput

PropertyTypeRequiredDescription`pending`

[UserPendingChanges](#pending)

False

Soon.

`username`

string

True

###### Note

Who.

### UserPendingChanges

PropertyTypeRequiredDescription`pendingChange`

[ChangeType](#changetype)

True

Which.

### Error

PropertyTypeRequiredDescription`message`

string

False

Why.

## See also
"""


def table(*rows: tuple[str, ...]) -> str:
    head = "".join(f"<th>{cell}</th>" for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


PARAMETERS = "<p>Path parameters</p>" + table(
    ("Name", "Type", "Required", "Description"),
    ("<code>username</code>", "String", "True", "Who."),
    ("<code>broker-id</code>", "String", "True", "Where."),
)
COLUMNS = ("Property", "Type", "Required", "Description")
ANSWERS = ("Status code", "Response model", "Description")
TABLES = (
    "<html><body><h1>User</h1><h2>URI</h2><p><code>/v1/brokers/broker-id/users/username</code></p>"
    "<h2>HTTP methods</h2><h3>GET</h3><p><b>Operation ID:</b> <code>DescribeUser</code></p>"
    + PARAMETERS
    + "<p>Responses</p>"
    + table(
        ANSWERS,
        ("<code>200</code>", "<a href='#o'>DescribeUserOutput</a>", "Fine."),
        ("<code>404</code>", "Error", "Nobody."),
    )
    + "<h3>POST</h3><p><b>Operation ID:</b> <code>CreateUser</code></p>"
    + PARAMETERS
    + "<p>Responses</p>"
    + table(ANSWERS, ("200", "None", "Fine."), ("409", "ConflictException", "There is one."))
    + "<h2>Schemas</h2><h3>Request bodies</h3><h4>POST schema</h4><pre>{\n}</pre>"
    "<h2>Properties</h2><h3>ChangeType</h3><p>What changes.</p>"
    "<ul><li><p><code>CREATE</code></p></li><li><p><code>DELETE</code></p></li></ul>"
    "<h3>CreateUserInput</h3>"
    + table(
        COLUMNS,
        ("<code>consoleAccess</code>", "boolean", "False", "Whether they may look."),
        ("<code>groups</code>", "Array of type string", "False", "Theirs."),
        ("<code>password</code>", "<p>string</p><p>Format: password</p>", "True", "Secret."),
    )
    + "<h3>DescribeUserOutput</h3>"
    + table(
        COLUMNS,
        ("<code>pending</code>", "<a href='#p'>UserPendingChanges</a>", "False", "Soon."),
        ("<code>username</code>", "string", "True", "Who."),
    )
    + "<h3>UserPendingChanges</h3>"
    + table(COLUMNS, ("<code>pendingChange</code>", "<a>ChangeType</a>", "True", "Which."))
    + "<h2>See also</h2></body></html>"
)


@pytest.mark.parametrize(("name", "text"), [("user.md", FLAT), ("user.html", TABLES)])
def test_a_resource_in_tables(name: str, text: str, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / name).write_text(text)
    result = CliRunner().invoke(command, [str(folder / name), "-o", str(tmp_path / "specs")])
    assert result.exit_code == 0, result.output
    assert "saved: named mq" in result.output
    document = yaml.safe_load((tmp_path / "specs" / "mq" / "openapi.yaml").read_bytes())
    contract = build_contract("mq", document, {})
    assert set(contract.operations) == {"DescribeUser", "CreateUser"}
    create, describe = contract.operations["CreateUser"], contract.operations["DescribeUser"]
    assert create.path == describe.path == "/v1/brokers/{broker-id}/users/{username}"
    assert (create.method, describe.method) == ("POST", "GET")
    kinds = {name: (one.shape.kind, one.required) for name, one in create.input.items()}
    assert kinds == {
        "username": (Kind.STRING, True),
        "broker-id": (Kind.STRING, True),
        "consoleAccess": (Kind.BOOLEAN, False),
        "groups": (Kind.LIST, False),
        "password": (Kind.STRING, True),
    }
    assert (create.content_type, list(create.errors)) == (None, ["ConflictException"])
    # The body of an error is no name of it: only its status is known.
    assert list(describe.errors) == []
    assert document["paths"][describe.path]["get"]["responses"]["404"]["x-unnamed-errors"]
    pending = describe.output["pending"].shape.members["pendingChange"]
    assert pending.shape.limit("enum") == ["CREATE", "DELETE"]
    assert describe.output["username"].required
    with using(tmp_path / "specs"):
        whole = load_contract("mq")
    assert "CreateBroker" in whole.setup


def test_a_resource_that_was_cut(as_page: Callable[[str], Document]) -> None:
    assert isinstance(read_page(as_page(FLAT)), ResourcePage)
    for gone in ("**Operation ID:** `DescribeUser`", "`/v1/brokers/broker-id/users/username`"):
        text = FLAT.replace(gone, "").replace("**Operation ID:** `CreateUser`", "")
        with pytest.raises(PageProblem):
            read_page(as_page(text))
    with pytest.raises(PageProblem, match="a response of"):
        read_page(as_page(FLAT.split("ResponsesStatus", 1)[0]))


@pytest.fixture
def as_page() -> Callable[[str], Document]:
    return lambda text: Document("user.md", "user.md", "mq", text, "0" * 64)
