"""The function as it is deployed, with less patience and room, both from the environment."""

from __future__ import annotations

import os

import gunicorn.config

from fulfillment import arrivals

arrivals.WITHIN_S = float(os.environ["WITHIN_S"])
arrivals.STOPPING_S = 0.3
gunicorn.config.WorkerConnections.default = int(os.environ["CONNECTIONS"])

from main import handle  # noqa: E402

__all__ = ["handle"]
