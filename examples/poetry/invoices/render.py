"""An order as text, as a PDF and as a spreadsheet."""

from pathlib import Path

from babel.numbers import format_currency
from jinja2 import Environment, PackageLoader
from openpyxl import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from .orders import Order

templates = Environment(loader=PackageLoader("invoices"), trim_blocks=True, lstrip_blocks=True)


def text(order: Order) -> str:
    def money(amount):
        # the spaces of some locales do not break, and confuse terminals
        return format_currency(amount, order.currency, locale=order.locale).replace("\xa0", " ")

    return templates.get_template("invoice.txt").render(order=order, money=money)


def pdf(order: Order, path: Path) -> None:
    page = Canvas(str(path), pagesize=A4, invariant=True)
    lines = page.beginText(60, 780)
    lines.setFont("Courier", 10)
    for line in text(order).splitlines():
        lines.textLine(line)
    page.drawText(lines)
    page.save()


def spreadsheet(order: Order, path: Path) -> None:
    book = Workbook()
    book.active.append(["item", "price", "quantity", "total"])
    for item in order.items:
        book.active.append([item.name, item.price, item.quantity, item.total])
    book.save(path)
