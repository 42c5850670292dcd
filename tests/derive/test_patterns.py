from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.regex import charsets
from conformance.contract.regex.patterns import matches, to_ecma, to_python
from conformance.contract.regex.tokens import UnsupportedPattern

REFERER = r"([\w!$&()*+,./:;=?@\x{60}-]|%([\dA-Fa-f]{2}|[\dA-Fa-f]?\*))+"
TAG = r"([\p{L}\p{Z}\p{N}_.,:/=+\-@]*)"


@pytest.mark.parametrize(
    ("java", "value", "expected"),
    [
        (r"[-._\w]+", "a-b.c_9", True),
        (r"[-._\w]+", "", False),
        (r"[-._\w]+", "é", False),
        (r"\d+", "٣", False),
        (r"\s", "\u00a0", False),
        (r"\s", "\x0b", True),
        (r"\S", "\u00a0", True),
        (r"[^\W_]", "_", False),
        (r"[^\W_]", "é", False),
        (r"^[-._\w]+$", "a\n", False),
        (r".", "\n", False),
        (r".", "\r", False),
        (r".", "\x85", False),
        (r".", "\u2028", False),
        (r".", "\x0c", True),
        (r"(?s)a.b", "a\nb", True),
        (r"(?s).", "ab", False),
        (r"(?s)[.]", "\n", False),
        (r"(?s)\.", "\n", False),
        (r"(?i)a[b-d]", "AC", True),
        (r"(?i)[^a-c]", "B", False),
        (r"(a(?i)b|c)d", "aBd", True),
        (r"(a(?i)b|c)d", "Cd", True),
        (r"(a(?i)b|c)d", "CD", False),
        (r"(?!x/|(?i).*<b>)[^:]+", "a<B>", False),
        (r"(?!x/|(?i).*<b>)[^:]+", "X/", True),
        (r"(?i)é", "É", False),
        (r"a|b", "ab", False),
        (REFERER, "https://a.b/`%4*", True),
        (REFERER, "a b", False),
        (REFERER, "%zz", False),
        (TAG, "Äpfel 3", True),
        (TAG, "a#b", False),
        (r"\p{Lu}\P{L}", "A1", True),
        (r"\pL", "ß", True),
        (r"\p{Alpha}+", "ß", False),
        (r"\u0041\x42", "AB", True),
        (r"\Qa.b\E", "a.b", True),
        (r"\Qa.b\E", "axb", False),
        (r"[a-c[x-z]]+", "ay", True),
        (r"[]a]+", "]a", True),
        (r"[a-]+", "a-", True),
        (r"[\w-.]+", "a-.", True),
        (r"(?<n>a)\k<n>", "aa", True),
        (r"(a)\1", "aa", True),
        (r"a++a", "aa", False),
        (r"(?>a|ab)c", "abc", False),
        (r"\ba", "a", True),
        (r"a\z", "a", True),
        (r"a\h", "a\u3000", True),
    ],
)
def test_java_semantics(java: str, value: str, *, expected: bool) -> None:
    assert matches(java, value) is expected


@pytest.mark.parametrize(
    "java",
    [
        *("[a-z&&[^b]]", "a**", "(", ")", "(?x)a", "(?i:a)", "[a", "\\", "*", "{", "(*a)", "a|*"),
        r"(?i)(a)\1",
        *(r"\p{IsLatin}", r"\p{Xy}", "(?<n", "a{2", "[z-a]", r"\g", r"\x{110000}", r"\k1"),
        "[" * 5000,
    ],
)
def test_what_is_refused(java: str) -> None:
    with pytest.raises(UnsupportedPattern) as caught:
        matches(java, "a")
    assert caught.value.java == java
    assert caught.value.reason


def test_deep_groups_neither_crash_nor_pass_silently() -> None:
    java = "(" * 3000 + "a" + ")" * 3000
    assert to_python(java) == java
    with pytest.raises(UnsupportedPattern):
        matches(java, "a")


@pytest.mark.parametrize(
    ("java", "ecma"),
    [
        (r"[-._\w]+", r"^(?:[\-._0-9A-Za-z_]+)$"),
        (r"^[-._\w]+$", r"^(?:^[\-._0-9A-Za-z_]+$)$"),
        (r"\x{60}\d", r"^(?:`[0-9])$"),
        (TAG, r"^(?:([\p{L}\p{Z}\p{N}_.,:/=+\-@]*))$"),
        (r"\p{L}\P{N}", r"^(?:\p{L}\P{N})$"),
        (r"\W", "^(?:[^0-9A-Za-z_])$"),
        ("[&&]", None),
        (r"[&|&]", "^(?:[&|&])$"),
        (r"\t/", r"^(?:\u0009\/)$"),
    ],
)
def test_portable_form(java: str, ecma: str | None) -> None:
    if ecma is None:
        with pytest.raises(UnsupportedPattern):
            to_ecma(java)
    else:
        assert to_ecma(java) == ecma


@pytest.mark.parametrize("java", ["a++", "(?>a)", r"a\Z", r"[a[^b]]"])
def test_no_portable_form(java: str) -> None:
    assert to_python(java)
    with pytest.raises(UnsupportedPattern):
        to_ecma(java)


@given(st.text(alphabet="ab09_-.%*`é\n\u2028 /:A", max_size=12))
def test_both_translations_agree(value: str) -> None:
    for java in (r"[-._\w]+", REFERER, r".*(^a\d$)|(^\w:.$).*"):
        portable = re.compile(to_ecma(java))
        # Python's $ also matches before a last line feed; ECMA-262's does not.
        assert (portable.fullmatch(value) is not None) == matches(java, value)


def test_every_code_point_has_its_own_category() -> None:
    counted: dict[str, int] = {}
    for point in range(charsets.MAX + 1):
        name = unicodedata.category(chr(point))
        counted[name] = counted.get(name, 0) + 1
    for name, points in counted.items():
        ranges = charsets.ranges_of(f"p:{name}")
        assert sum(high - low + 1 for low, high in ranges) == points
        ends = {unicodedata.category(chr(one)) for pair in ranges for one in pair}
        assert ends == {name}
