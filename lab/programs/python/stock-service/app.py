"""A service that knows nothing of tracing: `opentelemetry-instrument` adds all of it."""

import os

import requests
from flask import Flask

app = Flask(__name__)
upstream = os.environ.get("UPSTREAM_URL")


@app.get("/<path:path>")
def answer(path):
    if upstream is None:
        return "ok\n"
    reply = requests.get(f"{upstream}/item", timeout=5)
    return reply.text, 200 if reply.ok else 502


app.run(host="127.0.0.1", port=int(os.environ["PORT"]))
