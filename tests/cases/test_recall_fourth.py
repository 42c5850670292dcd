"""What finds the defects of more services without an overlay, with what is inferred alone."""

from __future__ import annotations

import pytest

from tests.cases import (
    recalled_fourth,
    recalled_fourth_more,
    recalled_fourth_query,
    recalled_fourth_rest,
)
from tests.cases.conftest import reset_moto
from tests.cases.looking import Looking
from tests.sampling import sampled

MODULES = (recalled_fourth, recalled_fourth_more, recalled_fourth_query, recalled_fourth_rest)
TABLE = {report: one for module in MODULES for report, one in module.TABLE.items()}


@pytest.mark.parametrize("report", sampled(TABLE))
def test_a_defect_shows_to_a_plain_client(moto_port, proxied, report):
    one = TABLE[report]
    odd = Looking(proxied(one.make(), moto_port), one.service).see(one.looked, one.place)
    reset_moto(moto_port)
    plain = Looking(f"http://127.0.0.1:{moto_port}", one.service).see(one.looked, one.place)

    assert odd != plain
