"""Identity reads over REST, with token check and tenant isolation: Pulse and FastAPI, in one run.

Both servers use the same database, one process each, uvicorn with uvloop and httptools. They are
measured in turns; the result is the median of the rounds. First it checks that both give the same
answer.
"""

import asyncio
import json
import statistics
import subprocess
import time
import urllib.request
from typing import Any
from uuid import UUID

import jwt
import psutil

from bench.stage import Stage, free_port, load, process, stage
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store

CUSTOMERS = 4_000  # enough customers that none exceeds the rate limit of one customer
CONNECTIONS = 32
ROUNDS = 3
SECONDS = 4.0
TARGET = 8.0  # goal: times as many requests as the peer


def run(
    customers: int = CUSTOMERS, *, rounds: int = ROUNDS, seconds: float = SECONDS
) -> dict[str, Any]:
    """The results: requests a second of both, their ratio, latencies."""
    return asyncio.run(_run(customers, rounds, seconds))


async def _run(customers: int, rounds: int, seconds: float) -> dict[str, Any]:
    async with stage(customers) as made:
        ours_port, peer_port = free_port(), free_port()
        ours = ["-m", "pulse", "serve", "--role", "api", "--port", str(ours_port)]
        peer = [
            *("-m", "uvicorn", "bench.reads_peer:app", "--port", str(peer_port)),
            *("--no-access-log", "--log-level", "warning"),
        ]
        async with (
            process(ours, made.environment(), ours_port, "/health/ready") as first,
            process(peer, await _peer_environment(made), peer_port, "/ready") as second,
        ):
            requests = _requests(made)
            _check_same_answers(made, ours_port, peer_port)
            servers = {"ours": (ours_port, first), "peer": (peer_port, second)}
            measured = await _rounds(servers, requests, rounds, seconds)
    return _figures(measured, customers)


async def _rounds(
    servers: dict[str, tuple[int, subprocess.Popen[bytes]]],
    requests: list[bytes],
    rounds: int,
    seconds: float,
) -> dict[str, list[dict[str, float]]]:
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
    for port, _ in servers.values():
        await load(port, requests, connections=CONNECTIONS, seconds=min(2.0, seconds))  # warm up
    for _ in range(rounds):
        for name, (port, running) in servers.items():
            before = _cpu_seconds(running.pid)
            found = await load(port, requests, connections=CONNECTIONS, seconds=seconds)
            spent = _cpu_seconds(running.pid) - before
            measured[name].append(found | {"cpu_us": round(spent / found.pop("answers") * 1e6, 1)})
    return measured


def _cpu_seconds(pid: int) -> float:
    """Processor seconds of the server process itself."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _figures(rounds: dict[str, list[dict[str, float]]], customers: int) -> dict[str, Any]:
    def median(name: str, figure: str) -> float:
        return statistics.median(each[figure] for each in rounds[name])

    ours, peer = median("ours", "per_second"), median("peer", "per_second")
    latencies = {
        f"{name}_{figure}": median(name, figure)
        for name in rounds
        for figure in ("p50_ms", "p99_ms", "cpu_us")
    }
    return {
        "bench": "reads",
        "ours": ours,
        "peer": peer,
        "ratio": round(ours / peer, 2),
        "unit": "identity reads a second (peer: FastAPI + SQLAlchemy + Pydantic + python-jose)",
        "details": {
            **latencies,
            "target_ratio": TARGET,
            "connections": CONNECTIONS,
            "customers": customers,
            "rounds": rounds,
        },
    }


def token_of(made: Stage, customer: str) -> str:
    """A token as the business would sign it, valid for an hour."""
    issued = int(time.time())
    claims = {
        "business_id": "bench",
        "customer_id": customer,
        "aud": "pulse",
        "iat": issued,
        "exp": issued + 3600,
    }
    return jwt.encode(claims, made.secret, "HS256", headers={"kid": made.kid})


def _requests(made: Stage) -> list[bytes]:
    return [
        (
            f"GET /api/customers/{customer}/identity HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {token_of(made, customer)}\r\n\r\n"
        ).encode()
        for customer in made.customers
    ]


def _check_same_answers(made: Stage, *ports: int) -> None:
    """Check that both servers give the same answer, because otherwise the comparison is
    meaningless.
    """
    customer = made.customers[len(made.customers) // 2]
    answers = []
    for port in ports:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/customers/{customer}/identity",
            headers={"Authorization": f"Bearer {token_of(made, customer)}"},
        )
        with urllib.request.urlopen(request) as answer:
            answers.append(json.load(answer)["data"])
    first, second = (
        {
            **{name: each[name] for name in ("customer_id", "band", "scorecard_version")},
            **{
                factor["feature"]: round(factor["contribution"], 9)
                for factor in each["shap_factors"]
            },
        }
        for each in answers
    )
    if first != second:
        raise RuntimeError(f"the servers disagree: {first} and {second}")


async def _peer_environment(made: Stage) -> dict[str, str]:
    async with tenant(made.business) as unit:
        base = (await scorecard_store.published(unit)).card.base
    business: UUID = made.business.business_id
    return {
        **made.environment(),
        "PEER_DATABASE_URL": made.database_url.replace("postgresql://", "postgresql+asyncpg://"),
        "PEER_BUSINESS": str(business),
        "PEER_SECRET": made.secret,
        "PEER_BASE": str(base),
    }


if __name__ == "__main__":
    print(json.dumps(run()))
