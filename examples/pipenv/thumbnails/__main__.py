"""The service: POST a picture to /SIDE, and a JPEG of that many pixels comes back."""

import bottle
import waitress

from .pictures import thumbnail

app = bottle.Bottle()


@app.post("/<side:int>")
def post(side):
    try:
        small = thumbnail(bottle.request.body.read(), side)
    except ValueError as error:
        bottle.abort(400, str(error))
    bottle.response.content_type = "image/jpeg"
    return small


@app.get("/health")
def health():
    return "ok\n"


if __name__ == "__main__":
    waitress.serve(app, port=8080)
