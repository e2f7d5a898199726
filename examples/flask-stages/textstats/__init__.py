"""Statistics about a text: a page to paste it into, and a JSON endpoint."""

from flask import Flask, jsonify, render_template, request

from .stats import summarize


def create_app():
    app = Flask(__name__)

    @app.get("/")
    def index():
        return render_template("index.html")

    @app.post("/stats")
    def stats():
        return jsonify(summarize(request.get_data(as_text=True)))

    @app.get("/health")
    def health():
        return jsonify(status="ok")

    return app
