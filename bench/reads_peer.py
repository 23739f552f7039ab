"""The peer of `reads`: the same answer with FastAPI, SQLAlchemy, Pydantic and python-jose.

Written as their documentation recommends: an async session per request, ORM entities, a dependency
that checks the token, a response model. The tenant is set in the transaction and the scorecard is
kept in memory as in Pulse, so that both do the same work.
"""

import os
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException
from jose import JWTError, jwt
from pydantic import BaseModel
from sqlalchemy import ForeignKey, select, text
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# One connection per caller of the benchmark: with fewer, waiting callers reached the pool's
# time-out while connections were being returned (SQLAlchemy 2.1, FastAPI 0.165).
ENGINE = create_async_engine(
    os.environ["PEER_DATABASE_URL"], pool_size=40, max_overflow=0, pool_pre_ping=False
)
SESSIONS = async_sessionmaker(ENGINE, expire_on_commit=False)
BUSINESS_ID, SECRET = UUID(os.environ["PEER_BUSINESS"]), os.environ["PEER_SECRET"]
VISIBLE = {f"metric_{number}" for number in range(0, 20, 2)}


class Base(DeclarativeBase):
    """Base of the tables that are read."""


class Customer(Base):
    """A customer."""

    __tablename__ = "customers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    business_id: Mapped[UUID]
    external_id: Mapped[str]


class Score(Base):
    """A customer's present score."""

    __tablename__ = "customer_scores"
    business_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    change_7d: Mapped[float | None]
    scored_on: Mapped[date]


class Snapshot(Base):
    """A dated score."""

    __tablename__ = "identity_snapshots"
    business_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    snapshot_date: Mapped[date] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    identity_strength: Mapped[float]
    band: Mapped[str]
    coverage: Mapped[float]
    metric_values: Mapped[list[float]] = mapped_column(ARRAY(DOUBLE_PRECISION))
    contributions: Mapped[list[float]] = mapped_column(ARRAY(DOUBLE_PRECISION))


class Factor(BaseModel):
    """One factor of the answer."""

    feature: str
    label: str
    signal: str
    value: float | None
    contribution: float


class Identity(BaseModel):
    """The answer."""

    customer_id: str
    identity_strength: float
    band: str
    change: float | None
    change_days: int
    base: float
    coverage: float
    shap_factors: list[Factor]
    scorecard_version: int
    timestamp: datetime


class Answer(BaseModel):
    """The envelope."""

    data: Identity


app = FastAPI()
_card: dict[str, Any] = {}


async def session() -> AsyncIterator[AsyncSession]:
    """A transaction inside the tenant."""
    async with SESSIONS() as opened, opened.begin():
        await opened.execute(
            text(
                "SELECT set_config('role', 'pulse_tenant', true), "
                "set_config('pulse.business_id', :business, true)"
            ),
            {"business": str(BUSINESS_ID)},
        )
        yield opened


async def customer(authorization: Annotated[str, Header()]) -> str:
    """The customer named by the token."""
    try:
        claims = jwt.decode(
            authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"], audience="pulse"
        )
    except JWTError as wrong:
        raise HTTPException(401) from wrong
    if claims["business_id"] != "bench":
        raise HTTPException(401)
    return str(claims["customer_id"])


@app.get("/ready")
async def ready() -> dict[str, str]:
    """Read the scorecard once."""
    async for opened in session():
        rows = await opened.execute(text("SELECT definition FROM metrics ORDER BY position, key"))
        _card["metrics"] = [row[0] for row in rows]
        row = (await opened.execute(text("SELECT definition, version FROM scorecards"))).one()
        _card["base"], _card["version"] = float(os.environ["PEER_BASE"]), row[1]
    return {"status": "ready"}


@app.get("/api/customers/{customer_id}/identity")
async def identity(
    customer_id: str,
    asked_by: Annotated[str, Depends(customer)],
    opened: Annotated[AsyncSession, Depends(session)],
) -> Answer:
    """The identity answer for the customer's own token."""
    if asked_by != customer_id:
        raise HTTPException(404)
    found = (
        await opened.execute(
            select(Customer, Score, Snapshot)
            .join(
                Score,
                (Score.customer_id == Customer.id) & (Score.business_id == Customer.business_id),
            )
            .join(
                Snapshot,
                (Snapshot.customer_id == Customer.id)
                & (Snapshot.business_id == Customer.business_id)
                & (Snapshot.snapshot_date == Score.scored_on),
            )
            .where(Customer.business_id == BUSINESS_ID, Customer.external_id == customer_id)
        )
    ).first()
    if found is None:
        raise HTTPException(404)
    person, score, snapshot = found
    return Answer(
        data=Identity(
            customer_id=person.external_id,
            identity_strength=snapshot.identity_strength,
            band=snapshot.band,
            change=score.change_7d,
            change_days=7,
            base=_card["base"],
            coverage=snapshot.coverage,
            shap_factors=_factors(snapshot),
            scorecard_version=_card["version"],
            timestamp=snapshot.taken_at,
        )
    )


def _factors(snapshot: Snapshot) -> list[Factor]:
    shown, hidden = [], 0.0
    for metric, value, points in zip(
        _card["metrics"], snapshot.metric_values, snapshot.contributions, strict=True
    ):
        if metric["key"] in VISIBLE:
            shown.append(
                Factor(
                    feature=metric["key"],
                    label=metric["label"],
                    signal=metric["signal"],
                    value=value,
                    contribution=points,
                )
            )
        else:
            hidden += points
    shown.sort(key=lambda factor: -abs(factor.contribution))
    other = Factor(
        feature="other", label="Other things", signal="", value=None, contribution=hidden
    )
    return [*shown, other]
