"""Structured logs with loguru: an event name and fields; no tokens, texts, names or e-mails.

Levels: warning = degraded, error = a failed operation, critical = the whole system.
"""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from loguru import logger

from pulse import metrics

if TYPE_CHECKING:
    from loguru import Message, Record


REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the current request, added to its log lines."""


def configure(form: str = "text", level: str = "INFO") -> None:
    """Send logs to standard error as text lines (`text`) or as JSON (`json`)."""
    logger.remove()
    if form == "json":
        logger.add(_write_json, level=level, backtrace=False, diagnose=False)
    else:
        logger.add(sys.stderr, format=_text, level=level, backtrace=False, diagnose=False)
    logging.basicConfig(handlers=[_Bridge()], level=logging.WARNING, force=True)


def event(name: str, *, level: str = "info", **fields: Any) -> None:
    """Log an event, e.g. identity_score_calculated with business_id and duration_ms."""
    metrics.count_event(name, fields)
    logger.bind(**_with_request(fields)).log(level.upper(), name)


def failure(name: str, error: BaseException, **fields: Any) -> None:
    """Log a failed operation with its trace."""
    metrics.count_failure(name)
    logger.bind(**_with_request(fields)).opt(exception=error).error(name)


def _with_request(fields: dict[str, Any]) -> dict[str, Any]:
    request = REQUEST.get()
    return {"request_id": request, **fields} if request else fields


def _text(record: "Record") -> str:
    fields = {key: value for key, value in record["extra"].items() if key not in _OURS}
    record["extra"]["_line"] = " ".join(f"{key}={value}" for key, value in fields.items())
    record["extra"]["_trace"] = _trace(record)
    return "{time:HH:mm:ss} {level:<8} {message} {extra[_line]}\n{extra[_trace]}"


def _write_json(message: "Message") -> None:
    record = message.record
    line = {
        "time": record["time"].isoformat(),
        "level": record["level"].name.lower(),
        "event": record["message"],
        **{key: value for key, value in record["extra"].items() if key not in _OURS},
    }
    if record["exception"] and record["exception"].type:
        line["error"] = record["exception"].type.__name__
        line["trace"] = _trace(record)
    sys.stderr.write(json.dumps(line, default=str) + "\n")


_OURS = ("_line", "_trace")
_SPEAKABLE = (AttributeError, ImportError, NameError, SyntaxError, TypeError)
"""Programming errors, whose messages name parts of programs. Messages of other errors may hold
personal data (a refused row, an invalid value, an answer of another server)."""


def _trace(record: "Record") -> str:
    caught = record["exception"]
    return trace_of(caught.value if caught else None, _SPEAKABLE)


def trace_of(error: BaseException | None, worded: tuple[type[BaseException], ...] = ()) -> str:
    """The place and type of an error, and of those that caused it.

    Without messages, except those of the types in `worded`.
    """
    parts: list[str] = []
    while error is not None and len(parts) < _MOST_CAUSES:
        words = f": {error}" if isinstance(error, worded) else ""
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__name__}{words}\n")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "which came of\n".join(parts)


_MOST_CAUSES = 8


class _Bridge(logging.Handler):
    """Forwards the standard library's log records to loguru."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        # later lines are exception texts, which may hold personal data
        if record.name == "asyncio":
            said = said.partition("\n")[0]
        logger.bind(library=record.name).opt(exception=record.exc_info).log(record.levelname, said)
