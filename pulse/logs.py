"""Structured logs through loguru: an event name and fields; never tokens, texts, names, e-mails.

Levels: warning = degraded, error = a failed operation, critical = the whole system.
"""

import json
import logging
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from loguru import logger

from pulse import metrics

if TYPE_CHECKING:
    from loguru import Message, Record


REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request that is being answered; its lines in the log carry it."""


def configure(form: str = "text", level: str = "INFO") -> None:
    """Send logs to standard error as lines for people (`text`) or for programs (`json`)."""
    logger.remove()
    if form == "json":
        logger.add(_write_json, level=level, backtrace=False, diagnose=False)
    else:
        logger.add(sys.stderr, format=_text, level=level, backtrace=False, diagnose=False)
    logging.basicConfig(handlers=[_Bridge()], level=logging.WARNING, force=True)


def event(name: str, *, level: str = "info", **fields: Any) -> None:
    """Log that `name` happened, e.g. identity_score_calculated with business_id, duration_ms."""
    metrics.logged(name, fields)
    logger.bind(**_with_request(fields)).log(level.upper(), name)


def failure(name: str, error: BaseException, **fields: Any) -> None:
    """Log a failed operation with its trace."""
    metrics.failed(name)
    logger.bind(**_with_request(fields)).opt(exception=error).error(name)


def _with_request(fields: dict[str, Any]) -> dict[str, Any]:
    request = REQUEST.get()
    return {"request_id": request, **fields} if request else fields


def _text(record: "Record") -> str:
    fields = " ".join(f"{key}={value}" for key, value in record["extra"].items())
    record["extra"]["_line"] = fields
    return "{time:HH:mm:ss} {level:<8} {message} {extra[_line]}\n{exception}"


def _write_json(message: "Message") -> None:
    record = message.record
    line = {
        "time": record["time"].isoformat(),
        "level": record["level"].name.lower(),
        "event": record["message"],
        **{key: value for key, value in record["extra"].items() if key != "_line"},
    }
    if record["exception"] and record["exception"].type:
        line["error"] = record["exception"].type.__name__
        line["trace"] = "".join(_frames(record))
    sys.stderr.write(json.dumps(line, default=str) + "\n")


def _frames(record: "Record") -> list[str]:
    """Where it failed, without the values: exception texts may hold data of people."""
    import traceback

    caught = record["exception"]
    return traceback.format_tb(caught.traceback) if caught and caught.traceback else []


class _Bridge(logging.Handler):
    """Libraries log through the standard library; their lines join ours."""

    def emit(self, record: logging.LogRecord) -> None:
        logger.bind(library=record.name).opt(exception=record.exc_info).log(
            record.levelname, record.getMessage()
        )
