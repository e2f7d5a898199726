"""A world clock: the time in any zone of the time zone database, as JSON."""

import os
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bottle import Bottle, HTTPResponse, run

app = Bottle()


@app.get("/zones")
def zones():
    return {"zones": sorted(available_timezones())}


@app.get("/time/<zone:path>")
def time_in(zone):
    try:
        now = datetime.now(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return HTTPResponse({"error": f"unknown time zone: {zone}"}, status=404)
    return {"zone": zone, "time": now.isoformat(timespec="seconds")}


@app.get("/health")
def health():
    # Without tzdata the server starts but knows no zone, which is the failure worth seeing.
    known = len(available_timezones())
    return HTTPResponse(
        {"status": "ok" if known else "no zones", "zones": known},
        status=200 if known else 503,
    )


if __name__ == "__main__":
    run(
        app, server="waitress", host="0.0.0.0", port=int(os.environ.get("PORT", "8080"))
    )
