"""A small Flask application: it answers, waits, logs and fails, as it is asked to."""
import logging
import os
import time

from flask import Flask, abort, request

if os.environ.get("SHOP_LOGGING") == "basic":
    logging.basicConfig(level=logging.INFO)

app = Flask("shop")
app.logger.setLevel(logging.INFO)


@app.route("/slow")
def slow():
    time.sleep(float(request.args["ms"]) / 1000)
    return "late\n"


@app.route("/fail")
def fail():
    try:
        raise ConnectionRefusedError("no connection to the bank")
    except ConnectionRefusedError as e:
        raise RuntimeError("order %s cannot be paid" % request.args.get("order")) from e


@app.route("/warn")
def warn():
    app.logger.warning("stock is low\nonly a few are left")
    return "warned\n"


@app.route("/missing")
def missing():
    abort(404)


@app.route("/.naru-ready")
def ready():
    return "ready\n"


@app.route("/", defaults={"path": ""})
@app.route("/<path:path>")
def any_path(path):
    return "/" + path + "\n"
