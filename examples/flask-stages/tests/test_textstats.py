import pytest

from textstats import create_app
from textstats.stats import summarize


@pytest.fixture
def client():
    return create_app().test_client()


def test_summary():
    assert summarize("The cat\nsaw the dog.\n") == {
        "characters": 21,
        "words": 5,
        "lines": 2,
        "reading_minutes": 0.0,
        "top": [("the", 2), ("cat", 1), ("saw", 1)],
    }


def test_apostrophes_stay_in_words():
    assert summarize("don't don’t")["words"] == 2


def test_routes(client):
    assert client.get("/health").json == {"status": "ok"}
    assert b"Text statistics" in client.get("/").data
    assert client.post("/stats", data="one two").json["words"] == 2
