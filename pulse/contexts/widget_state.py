"""The state of a customer's own widget: strength, reasons, milestones, shared contexts."""

from collections.abc import Sequence

from pulse.auth.scope import Scope
from pulse.batching import Batcher
from pulse.contexts import state_reading
from pulse.contexts.state_reading import (
    DEFAULT_OPTIONS,
    Preferences,
    StateOptions,
    StateRequest,
    WidgetState,
)
from pulse.db.transaction import tenant
from pulse.milestones.celebrations import Celebration
from pulse.scoring.queries import picture
from pulse.tables.customer import Customer

APART = 0.003  # seconds between two readings of one business; requests meanwhile share the next one


async def widget_state(
    scope: Scope, external_id: str, asked: StateOptions = DEFAULT_OPTIONS
) -> WidgetState:
    """Everything the widget shows of this customer; raises NotFound for another customer's."""
    ask = StateRequest(scope, external_id, asked)
    await _read(ask)
    return ask.state()


async def open_widget(
    scope: Scope, external_id: str, asked: StateOptions = DEFAULT_OPTIONS
) -> tuple[WidgetState, Celebration | None]:
    """`widget_state`, and the celebration due now, in one unit of work; marks it as shown.

    A preview gets no celebration, because the customer is to see it.
    """
    ask = StateRequest(scope, external_id, asked, celebrates=not scope.preview)
    await _read(ask)
    return ask.state(), ask.celebration


async def _read(ask: StateRequest) -> None:
    """Read customers of one business who ask at the same moment together.

    A scope that sees less than the whole business (a preview, a book) is read in its own unit.
    """
    if ask.scope.is_customer and not ask.scope.preview:
        await _READING.submit(ask.scope.business_id, ask)
    else:
        await state_reading.read(ask.scope, [ask])


async def _read_together(asks: Sequence[StateRequest]) -> None:
    await state_reading.read(Scope.for_pulse(asks[0].scope.business_id), asks)


_READING: Batcher[StateRequest] = Batcher(_read_together, APART)


async def prefer(
    scope: Scope,
    external_id: str,
    *,
    celebrations: str | None = None,
    score_hidden: bool | None = None,
) -> Preferences:
    """Store the customer's preferences; None leaves a preference unchanged."""
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id)
        chosen = Preferences(
            seen.person["celebrations"] if celebrations is None else celebrations,
            seen.person["score_hidden"] if score_hidden is None else score_hidden,
        )
        await Customer.update(
            {
                Customer.celebrations: chosen.celebrations,
                Customer.score_hidden: chosen.score_hidden,
            }
        ).where(Customer.business_id == unit.business_id, Customer.id == seen.id)
        return chosen
