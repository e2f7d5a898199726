"""A unit converter: a page for people, a JSON endpoint for programs."""

from flask import Flask, jsonify, render_template, request

from units import UnitError, convert, known_units

app = Flask(__name__)


@app.get("/")
def index():
    return render_template("index.html", units=known_units())


@app.get("/api/convert")
def api_convert():
    source = request.args.get("from", "")
    target = request.args.get("to", "")
    try:
        value = float(request.args.get("value", "1"))
        result = convert(value, source, target)
    except (UnitError, ValueError) as error:
        return jsonify(error=str(error)), 400
    # Six significant digits hide the noise of binary fractions (1 km is 0.621371 mi).
    return jsonify(
        value=value, source=source, target=target, result=float(f"{result:.6g}")
    )


@app.get("/health")
def health():
    return jsonify(status="ok")


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
