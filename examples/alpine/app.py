"""A world clock: the time in any zone of the time zone database, as JSON."""

import os
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from bottle import Bottle, HTTPResponse, run

ZONES = available_timezones()

app = Bottle()


@app.get("/zones")
def zones():
    return {"zones": sorted(ZONES)}


@app.get("/time/<zone:path>")
def time_in(zone):
    if zone not in ZONES:
        return HTTPResponse({"error": f"unknown time zone: {zone}"}, status=404)
    now = datetime.now(ZoneInfo(zone))
    return {"zone": zone, "time": now.isoformat(timespec="seconds")}


@app.get("/health")
def health():
    # Without tzdata the server starts but knows no zone: that is the failure worth seeing.
    if not ZONES:
        return HTTPResponse({"status": "no time zones"}, status=503)
    return {"status": "ok", "zones": len(ZONES)}


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8080"))
    run(app, server="waitress", host="0.0.0.0", port=port)
