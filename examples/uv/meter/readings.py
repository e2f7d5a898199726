"""Readings of a meter, and what they add up to."""

from io import BytesIO, StringIO

import pandas as pd
from matplotlib.figure import Figure


def parse(text: str) -> pd.Series:
    """Reads lines like `2024-05-01T06:00,1234.5`: a time, and what the meter shows in kWh."""
    table = pd.read_csv(StringIO(text), names=["time", "kwh"], parse_dates=["time"])
    if table["kwh"].isna().any():
        raise ValueError("a reading has no number")
    return table.set_index("time")["kwh"].sort_index()


def daily(readings: pd.Series) -> pd.Series:
    """The consumption of each day. Between two readings it is spread evenly."""
    hours = readings.resample("h").mean().interpolate("time")
    used = hours.diff().shift(-1).dropna()
    return used.resample("D").sum().round(2)


def summary(readings: pd.Series) -> dict:
    days = daily(readings)
    return {
        "days": {day.date().isoformat(): float(kwh) for day, kwh in days.items()},
        "mean": round(float(days.mean()), 2),
        "highest": days.idxmax().date().isoformat(),
    }


def plot(readings: pd.Series) -> bytes:
    """A chart of the days, as SVG."""
    figure = Figure(figsize=(6, 3))
    days = daily(readings)
    figure.subplots().bar([day.strftime("%d.%m.") for day in days.index], days.to_numpy())
    image = BytesIO()
    figure.savefig(image, format="svg")
    return image.getvalue()
