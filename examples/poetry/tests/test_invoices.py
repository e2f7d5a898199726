from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from invoices import render
from invoices.archive import Archive
from invoices.orders import Order, read

ORDER = Path(__file__).parent.parent / "order.toml"


def test_totals():
    order = read(ORDER)
    assert order.net == Decimal("144.80")
    assert "172,31 €" in render.text(order)


def test_a_wrong_vat_number_is_refused():
    items = [{"name": "tea", "price": "1"}]
    with pytest.raises(ValidationError):
        Order(number="1", customer="x", vat_number="DE1", items=items)


def test_the_archive_has_each_invoice_once(tmp_path):
    archive = Archive(tmp_path / "invoices.db")
    archive.add(read(ORDER))
    archive.add(read(ORDER))
    assert [invoice.number for invoice in archive.all()] == ["2024-0042"]
