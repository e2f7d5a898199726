from fastapi.testclient import TestClient

from meter import readings
from meter.main import app

READINGS = "2024-05-01T00:00,100\n2024-05-02T00:00,112\n2024-05-04T00:00,130\n"


def test_days_between_readings_share_evenly():
    days = readings.daily(readings.parse(READINGS))
    assert days.tolist() == [12.0, 9.0, 9.0]


def test_summary_names_the_highest_day():
    answer = TestClient(app).post("/summary", content=READINGS)
    assert answer.json()["highest"] == "2024-05-01"


def test_nonsense_is_refused():
    assert TestClient(app).post("/summary", content="hello").status_code == 422
