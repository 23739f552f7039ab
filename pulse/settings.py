"""The operator's settings, read once from the environment; documented in `.env.example`."""

import math
import os
import secrets
import zlib
from collections import Counter
from functools import cache
from pathlib import Path

import msgspec

from pulse.errors import Invalid


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a running Pulse. An empty database_url means the embedded PostgreSQL."""

    database_url: str = ""
    database_owner_url: str = ""
    read_database_url: str = ""
    redis_url: str = ""
    openai_api_key: str = ""
    openai_base_url: str = ""
    openai_model: str = "gpt-4o-mini"
    openai_timeout: float = 20.0
    data_dir: Path = Path(".pulse")
    secret: str = ""
    old_secret: str = ""
    api_docs: bool = False
    public_url: str = "http://127.0.0.1:8080"
    log_format: str = "text"
    trusted_proxies: str = "127.0.0.1,::1"
    allowed_hosts: str = ""
    metrics_token: str = ""
    otlp_endpoint: str = ""
    webhooks_private: bool = False
    oidc_private: bool = False
    dns_servers: str = ""
    demo: bool = False
    demo_password: str = "pulse-demo"  # noqa: S105 - public by design, demo mode only
    simulate: bool = False

    @classmethod
    def from_environment(cls, **given: object) -> "Settings":
        """Settings from the environment; `given` (command-line options) take precedence.

        Raises Invalid when a value cannot be read or PULSE_SECRET is too short or too regular.
        """
        found: dict[str, object] = {
            field: os.environ[name] for field, name in _NAMES.items() if os.environ.get(name)
        }
        found |= {key: value for key, value in given.items() if value is not None}
        try:
            made = msgspec.convert(
                {key: str(v) if isinstance(v, Path) else v for key, v in found.items()},
                cls,
                strict=False,
                dec_hook=lambda kind, value: kind(value),
            )
        except msgspec.ValidationError as wrong:
            raise Invalid(f"a setting cannot be read: {wrong}") from wrong
        if made.secret and len(made.secret) < MIN_SECRET_LENGTH:
            raise Invalid(
                f"PULSE_SECRET has {len(made.secret)} characters, it needs {MIN_SECRET_LENGTH}: "
                "make one with `python -c 'import secrets; print(secrets.token_urlsafe(32))'`"
            )
        if made.secret and _entropy(made.secret) < MIN_SECRET_BITS:
            raise Invalid(
                "PULSE_SECRET repeats itself and can be guessed: make one with "
                "`python -c 'import secrets; print(secrets.token_urlsafe(32))'`"
            )
        return (
            made
            if made.secret
            else msgspec.structs.replace(made, secret=_stored_secret(made.data_dir))
        )


MIN_SECRET_LENGTH = 32
MIN_SECRET_BITS = 100  # 32 random hexadecimal digits have about 118 by this estimate

_NAMES = {
    "database_url": "DATABASE_URL",
    "database_owner_url": "DATABASE_OWNER_URL",
    "read_database_url": "READ_DATABASE_URL",
    "redis_url": "REDIS_URL",
    "openai_api_key": "OPENAI_API_KEY",
    "openai_base_url": "OPENAI_BASE_URL",
    "openai_model": "OPENAI_MODEL",
    "openai_timeout": "OPENAI_TIMEOUT",
    "data_dir": "PULSE_DATA_DIR",
    "secret": "PULSE_SECRET",
    "old_secret": "PULSE_OLD_SECRET",
    "api_docs": "PULSE_API_DOCS",
    "public_url": "PULSE_PUBLIC_URL",
    "log_format": "PULSE_LOG_FORMAT",
    "trusted_proxies": "PULSE_TRUSTED_PROXIES",
    "allowed_hosts": "PULSE_ALLOWED_HOSTS",
    "metrics_token": "PULSE_METRICS_TOKEN",
    "otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
    "webhooks_private": "PULSE_WEBHOOKS_PRIVATE",
    "oidc_private": "PULSE_OIDC_PRIVATE",
    "dns_servers": "PULSE_DNS_SERVERS",
    "demo_password": "PULSE_DEMO_PASSWORD",
}

_chosen: list[Settings] = []


def current() -> Settings:
    """The settings of this process: those chosen at start, else those of the environment."""
    return _chosen[-1] if _chosen else _from_environment()


def choose(settings: Settings) -> None:
    """Use these settings from now on; called once by the composition root and by tests."""
    _chosen[:] = [settings]


@cache
def _from_environment() -> Settings:
    return Settings.from_environment()


def _entropy(text: str) -> float:
    """Estimated entropy of a text in bits: by character frequency (Shannon) and repeats (zlib)."""
    counts = Counter(text).values()
    by_characters = sum(count * math.log2(len(text) / count) for count in counts)
    packed = len(zlib.compress(text.encode(), 9)) - 8  # minus zlib's own overhead
    return min(by_characters, 8.0 * packed)


def _stored_secret(data_dir: Path) -> str:
    """The secret of an unconfigured installation: generated once, stored with mode 0600."""
    path = data_dir / "secret"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()
