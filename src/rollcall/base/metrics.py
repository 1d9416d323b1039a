"""Figures for Prometheus, all declared here; the only module that knows the metrics library."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
CONTENT_TYPE = "text/plain; version=0.0.4"

_requests = Counter(
    "rollcall_http_requests", "HTTP requests answered.", ["method", "route", "status"], registry=REGISTRY
)
_duration = Histogram(
    "rollcall_http_request_seconds", "Time to the end of the answer.", ["route"], registry=REGISTRY
)
_attempts = Counter(
    "rollcall_webhook_attempts", "Attempts to deliver notices to webhooks.", ["outcome"], registry=REGISTRY
)
_viewers = Gauge("rollcall_viewers", "People connected to this process.", registry=REGISTRY)


def request_answered(method: str, route: str, status: int, took_s: float) -> None:
    """Count one HTTP request; `route` is the template of its path, so that figures stay few."""
    _requests.labels(method, route, str(status)).inc()
    _duration.labels(route).observe(took_s)


def webhook_attempt(outcome: str) -> None:
    """Count one attempt: `delivered`, or the code of what went wrong."""
    _attempts.labels(outcome).inc()


def viewers(count: int) -> None:
    """Set the number of connected viewers."""
    _viewers.set(count)


def render() -> bytes:
    """Return every figure in the text format of Prometheus."""
    return generate_latest(REGISTRY)
