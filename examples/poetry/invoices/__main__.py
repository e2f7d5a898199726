"""The command: `python -m invoices make ORDER.toml`."""

from pathlib import Path

import typer

from . import render
from .archive import Archive
from .orders import read

app = typer.Typer(no_args_is_help=True)


@app.command()
def make(order: Path, out: Path = Path("/tmp")):
    """Prints the invoice of ORDER, and writes it as PDF and as spreadsheet."""
    what = read(order)
    render.pdf(what, out / f"{what.number}.pdf")
    render.spreadsheet(what, out / f"{what.number}.xlsx")
    Archive(out / "invoices.db").add(what)
    print(render.text(what))


@app.command("list")
def list_all(out: Path = Path("/tmp")):
    """Lists the invoices that were made."""
    for invoice in Archive(out / "invoices.db").all():
        print(invoice.number, invoice.customer, invoice.gross)


app()
