"""All invoices that were made."""

from pathlib import Path

from sqlalchemy import String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from .orders import Order


class Base(DeclarativeBase):
    pass


class Invoice(Base):
    __tablename__ = "invoices"
    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    customer: Mapped[str]
    gross: Mapped[str]


class Archive:
    def __init__(self, path: Path):
        self.engine = create_engine(f"sqlite:///{path}")
        Base.metadata.create_all(self.engine)

    def add(self, order: Order) -> None:
        with Session(self.engine) as session:
            session.merge(Invoice(number=order.number, customer=order.customer, gross=str(order.gross)))
            session.commit()

    def all(self) -> list[Invoice]:
        with Session(self.engine) as session:
            return list(session.scalars(select(Invoice).order_by(Invoice.number)))
