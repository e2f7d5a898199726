"""The service: `uvicorn meter.main:app`."""

import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic_settings import BaseSettings

from . import readings


class Settings(BaseSettings):
    """Read from the environment: METER_LIMIT."""

    model_config = {"env_prefix": "METER_"}
    limit: int = 1_000_000


settings = Settings()
log = structlog.get_logger()
app = FastAPI(title="meter")


async def parsed(request: Request):
    body = await request.body()
    if len(body) > settings.limit:
        raise HTTPException(413, "too many readings")
    try:
        return readings.parse(body.decode())
    except ValueError as error:
        log.info("bad readings", error=str(error))
        raise HTTPException(422, "each line has to be TIME,KWH") from error


@app.get("/health")
def health():
    return {"ok": True, "limit": settings.limit}


@app.post("/summary")
async def summary(request: Request):
    return readings.summary(await parsed(request))


@app.post("/chart.svg")
async def chart(request: Request):
    return Response(readings.plot(await parsed(request)), media_type="image/svg+xml")
