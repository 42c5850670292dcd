"""Pages of each layout in each rendering: what they state, and how their requests are sent.

The texts are our own; names, types and limits are those of the operations that they are named
after.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from conformance.cli.derive import NothingToDerive
from conformance.contract.building import build_contract
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.contract.locate import using
from conformance.contract.model import Kind, Location
from conformance.documents.problems import OtherProtocol
from tests.derived import derive

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.contract.model import Contract

LIST_TABLES = """\
# ListTables

Names tables.

## Request Syntax

```
{
   "ExclusiveStartTableName": "string",
   "Limit": number
}
```

## Request Parameters

**ExclusiveStartTableName**

Where to go on.

Type: String

Length Constraints: Minimum length of 3. Maximum length of 255.

Required: No

**Limit**

How many.

Type: Integer

Valid Range: Minimum value of 1. Maximum value of 100.

Required: No

## Response Syntax

```
{
   "TableNames": [ "string" ]
}
```

## Response Elements

If it succeeds, the service sends back an HTTP 200 response.

**TableNames**

The names.

Type: Array of strings

## Errors

For information about the errors that are common to all actions, see Common Errors.

**InternalServerError**

It failed.

**message**

Why.

HTTP Status Code: 500

## See Also
"""
CREATE_TOPIC = """\
# CreateTopic

Makes a topic.

## Request Parameters

These parameters are of this action.

**Attributes**ENTRIES

Some of its attributes.

Type: String to string map

Required: No

**Name**

Its name.

**Choosing**

Take one of your own.

Type: String

Required: Yes

**Tags.member.N**

Its tags.

Type: Array of [Tag](API_Tag.html) objects

Required: No

## Response Elements

**TopicArn**

Its ARN.

Type: String

## Errors

For information about the errors that are common to all actions, see Common Errors.

**InvalidParameter**

Something is wrong.

HTTP Status Code: 400

## See Also
"""
CREATE_TAGS = """\
# CreateTags

Tags what there is.

## Request Parameters

**ResourceId.N**

What to tag.

Type: Array of strings

Required: Yes

**Tag.N**

The tags.

Type: Array of [Tag](API_Tag.html) objects

Required: Yes

## Response Elements

**requestId**

The request.

Type: String

## Errors

For information about the errors that are common to all actions, see Common Errors.

## See Also
"""
TAG = """\
# Tag

A tag.

## Contents

**Key** (request), **key** (response)

What it is called.

Type: String

Required: No

## See Also
"""
BUCKET_TAGGING = """\
# PutBucketTagging

Tags a bucket.

## Request Syntax

```
PUT /?tagging HTTP/1.1
Host: Bucket.s3.amazonaws.com
x-amz-expected-bucket-owner: ExpectedBucketOwner
<?xml version="1.0" encoding="UTF-8"?>
<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
   <TagSet>
      <Tag>
         <Key>string</Key>
      </Tag>
      ...
   </TagSet>
</Tagging>
```

## URI Request Parameters

**Bucket**

The bucket.

Required: Yes

**x-amz-expected-bucket-owner**

Whose it is.

## Request Body

**Tagging**

The root.

Required: Yes

**TagSet**

The tags.

Type: Array of [Tag](API_Tag.html) data types

Required: Yes

## Response Syntax

```
HTTP/1.1 200
```

## Response Elements

If it succeeds, the service sends back an HTTP 200 response with an empty HTTP body.

## See Also
"""
ENTRIES = ("Attributes.entry.N.key (key)", "Attributes.entry.N.value (value)")
LINK = re.compile(r"\[(.+?)\]\((.+?)\)")
BOLD = re.compile(r"^\*\*(.+?)\*\*(.*)$", re.MULTILINE)


def as_markdown(text: str) -> str:
    return text.replace("ENTRIES", "".join(ENTRIES))


def as_html(text: str) -> str:
    """The page as a browser gets it: names are terms of a list, blocks are code."""
    text = text.replace("ENTRIES", "")
    parts = []
    for index, block in enumerate(re.split(r"```\n?", text)):
        if index % 2:
            parts.append(f"<pre><code>{html.escape(block)}</code></pre>")
            continue
        for paragraph in filter(None, block.split("\n\n")):
            line = paragraph.strip()
            name = BOLD.fullmatch(line)
            if line.startswith("#"):
                level, _, title = line.partition(" ")
                parts.append(f"<h{len(level)}>{title}</h{len(level)}>")
            elif name:
                more = "".join(f"<dt>{one}</dt>" for one in ENTRIES if name[1] == "Attributes")
                rest = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", name[2])
                parts.append(f"<dl><dt><b>{name[1]}</b>{rest}</dt>{more}</dl>")
            else:
                linked = LINK.sub(r'<a href="\2">\1</a>', line)
                parts.append(f"<p>{linked}</p>")
    return f"<html><body>{''.join(parts)}</body></html>"


def as_text(text: str) -> str:
    """The page as it is copied from a browser: nothing marks a name or a heading."""
    text = text.replace("ENTRIES", "\n" + "\n".join(ENTRIES)).replace("```\n", "")
    text = re.sub(r"^#+ ", "", text, flags=re.MULTILINE)
    return LINK.sub(r"\1", text).replace("**", "")


RENDERINGS = {"md": as_markdown, "html": as_html, "txt": as_text}


@pytest.fixture(params=RENDERINGS)
def ending(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def derived(folder: Path, ending: str, **pages: str) -> Contract:
    """The contract of pages in a folder that is named as no service is."""
    (folder / "saved").mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / "saved" / f"{name}.{ending}").write_text(RENDERINGS[ending](text))
    result = derive(folder / "saved", "-o", folder / "specs")
    assert result.exit_code == 0, result.output
    assert "skipped" not in result.output
    (spec,) = (folder / "specs").glob("*/openapi.yaml")
    document = yaml.safe_load(spec.read_bytes())
    return build_contract(spec.parent.name, document, {})


def statements(contract: Contract) -> set[str]:
    return {one.id.partition("/")[2] for one in catalogue(contract)}


def test_a_page_of_a_json_service(ending: str, tmp_path: Path) -> None:
    contract = derived(tmp_path, ending, ListTables=LIST_TABLES)
    assert (contract.service, contract.protocol) == ("dynamodb", "aws-json-1.0")
    one = contract.operations["ListTables"]
    assert one.selectors == {"X-Amz-Target": "DynamoDB_20120810.ListTables"}
    assert (one.method, one.path, one.content_type) == ("POST", "/", "application/x-amz-json-1.0")
    limit = one.input["Limit"].shape
    assert (limit.kind, limit.limit("minimum"), limit.limit("maximum")) == (Kind.INTEGER, 1, 100)
    assert {name: error.status for name, error in one.errors.items()} == {
        "InternalServerError": 500
    }
    assert limit.constraints["maximum"].source.document == f"ListTables.{ending}"
    assert "ListTables/request/ExclusiveStartTableName/maxLength" in statements(contract)


def test_a_page_of_a_query_service(ending: str, tmp_path: Path) -> None:
    contract = derived(tmp_path, ending, CreateTopic=CREATE_TOPIC)
    assert (contract.service, contract.protocol) == ("sns", "aws-query")
    one = contract.operations["CreateTopic"]
    assert one.selectors == {"Action": "CreateTopic", "Version": "2010-03-31"}
    assert list(one.input) == ["Attributes", "Name", "Tags"]
    attributes = one.input["Attributes"].shape
    assert (attributes.kind, attributes.names.wrapped) == (Kind.MAP, True)
    assert one.input["Name"].required
    assert (one.wrapper, list(one.output)) == ("CreateTopicResult", ["TopicArn"])
    found = statements(contract)
    assert "CreateTopic/request/Name/required" in found
    assert not any("Choosing" in one or "DataProtectionPolicy" in one for one in found)


def test_a_page_of_ec2(ending: str, tmp_path: Path) -> None:
    contract = derived(tmp_path, ending, CreateTags=CREATE_TAGS, Tag=TAG)
    assert (contract.service, contract.protocol) == ("ec2", "ec2-query")
    one = contract.operations["CreateTags"]
    assert {name: member.shape.names.query for name, member in one.input.items()} == {
        "Resources": "ResourceId",
        "Tags": "Tag",
    }
    tag = one.input["Tags"].shape.element
    assert tag is not None
    assert {name: member.shape.names.query for name, member in tag.members.items()} == {
        "Key": "Key"
    }
    assert one.output == {}


def test_a_page_with_a_body_in_xml(ending: str, tmp_path: Path) -> None:
    contract = derived(tmp_path, ending, PutBucketTagging=BUCKET_TAGGING)
    assert (contract.service, contract.protocol) == ("s3", "rest-xml")
    one = contract.operations["PutBucketTagging"]
    assert (one.method, one.path, one.query) == ("PUT", "/{Bucket}", {"tagging": ""})
    assert one.input["Bucket"].location is Location.PATH
    assert one.input["x-amz-expected-bucket-owner"].location is Location.HEADER
    assert (one.whole, one.checksum) == ("Tagging", True)
    tags = one.input["Tagging"].shape.members["TagSet"]
    assert (tags.required, tags.shape.kind, tags.shape.names.wrapped) == (True, Kind.LIST, True)
    assert "PutBucketTagging/request/Tagging.TagSet/required" in statements(contract)


def test_what_a_page_lacks_is_for_setup_alone(tmp_path: Path) -> None:
    derived(tmp_path, "md", CreateTopic=CREATE_TOPIC)
    with using(tmp_path / "specs"):
        contract = load_contract("sns")
    assert contract.signing_name == "sns"
    assert "DeleteTopic" in contract.setup
    assert "the names, places and routes of aws-query" in contract.completed
    ids = {one.id for one in catalogue(contract)}
    assert not any("/DeleteTopic/" in one for one in ids)
    # The page of the type is not there: its members are known, and not tested.
    tag = contract.operations["CreateTopic"].input["Tags"].shape.element
    assert tag is not None
    assert set(tag.members) == {"Key", "Value"}
    assert not any("Tags[]." in one for one in ids)
    assert "sns-2010-03-31" in contract.hashes


def test_every_page_of_a_folder_goes_to_its_own_service(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    link = "\n- [SDK](https://docs.example.test/goto/boto3/{name}/{page})\n"
    streams = LIST_TABLES.replace("ListTables", "ListStreams").replace("TableNames", "Streams")
    streams = streams.replace('[ "string" ]', "[ { } ]").replace(
        "Array of strings", "Array of Stream objects"
    )
    for name, text, of in (
        ("ListTables", LIST_TABLES, "dynamodb-2012-08-10"),
        ("ListStreams", streams, "streams-dynamodb-2012-08-10"),
    ):
        page = text + link.format(name=of, page=name)
        (folder / f"API_{name}.md").write_text(page)
    result = derive(folder, "-o", tmp_path / "specs")
    assert result.exit_code == 0, result.output
    found = {path.parent.name for path in (tmp_path / "specs").glob("*/openapi.yaml")}
    assert found == {"dynamodb", "dynamodbstreams"}
    told = derive(folder, "-o", tmp_path / "one.yaml").output
    assert "operations of another service" in told
    spec: dict[str, Any] = yaml.safe_load((tmp_path / "one.yaml").read_bytes())
    assert len(spec["paths"]) == 1


def test_pages_that_no_model_completes_are_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "widgets"
    folder.mkdir()
    (folder / "API_ListWidgetry.md").write_text(LIST_TABLES.replace("ListTables", "ListWidgetry"))
    (folder / "API_Tag.md").write_text(TAG)
    with pytest.raises(NothingToDerive, match="ListWidgetry"):
        derive(folder, "-o", tmp_path / "specs")
    with pytest.raises(OtherProtocol, match="an AWS JSON protocol"):
        derive(folder / "API_ListWidgetry.md", "-o", tmp_path / "specs")
    assert not (tmp_path / "specs").exists()


def test_a_page_that_lost_its_parameters_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "sns"
    folder.mkdir()
    start, end = CREATE_TOPIC.index("## Request Para"), CREATE_TOPIC.index("## Response Ele")
    (folder / "API_CreateTopic.md").write_text(CREATE_TOPIC[:start] + CREATE_TOPIC[end:])
    with pytest.raises(OtherProtocol, match="Name is needed"):
        derive(folder / "API_CreateTopic.md", "-o", tmp_path / "specs")


@pytest.mark.parametrize("text", [LIST_TABLES, CREATE_TOPIC, BUCKET_TAGGING, CREATE_TAGS, TAG])
def test_a_page_cut_anywhere_is_refused(text: str, tmp_path: Path) -> None:
    page = tmp_path / "api" / "Page.md"
    page.parent.mkdir()
    lines = as_markdown(text).split("\n")
    for count in range(0, lines.index("## See Also"), 3):
        page.write_text("\n".join(lines[:count]) or " ")
        with pytest.raises(Exception, match=r"expected |no page is|none of"):
            derive(page, "-o", tmp_path / "specs", "--model", "sns")
