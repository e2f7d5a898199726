"""What somebody has ordered, as it stands in a file."""

import tomllib
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, Field, field_validator
from stdnum.eu import vat


class Item(BaseModel):
    name: str
    price: Decimal = Field(gt=0)
    quantity: int = Field(default=1, gt=0)

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


class Order(BaseModel):
    number: str
    customer: str
    vat_number: str
    currency: str = "EUR"
    locale: str = "de_DE"
    tax: Decimal = Decimal("0.19")
    items: list[Item] = Field(min_length=1)

    @field_validator("vat_number")
    @classmethod
    def exists(cls, number: str) -> str:
        return vat.validate(number)

    @property
    def net(self) -> Decimal:
        return sum((item.total for item in self.items), Decimal())

    @property
    def gross(self) -> Decimal:
        return (self.net * (1 + self.tax)).quantize(Decimal("0.01"))


def read(path: Path) -> Order:
    return Order.model_validate(tomllib.loads(path.read_text()))
