"""Token budget of the model per business and day: reserved before a call, settled after it."""

from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from pulse import clock
from pulse.cards.settings import CardRules
from pulse.db.transaction import Unit
from pulse.tables.card import CardBudget

PRICES = {
    # US dollars per million tokens (input, output), list prices of the provider
    "gpt-4o-mini": (0.15, 0.60),
    "gpt-4o": (2.50, 10.00),
    "gpt-4.1-mini": (0.40, 1.60),
    "gpt-4.1-nano": (0.10, 0.40),
}


async def reserve(unit: Unit, tokens: int, limit: int) -> int:
    """Reserve tokens for one call; returns 0 when the day's budget is not sufficient."""
    if tokens > limit:
        return 0
    budget = CardBudget(business_id=unit.business_id, day=clock.today(), reserved=tokens)
    kept = (
        await CardBudget.insert(budget)
        .on_conflict(
            target=_OF_THE_DAY,
            action="DO UPDATE",
            values=[
                (CardBudget.reserved, QueryString("card_budgets.reserved + {}", tokens)),
                (CardBudget.updated_at, clock.now()),
            ],
            where=WhereRaw(
                "card_budgets.tokens_in + card_budgets.tokens_out + card_budgets.reserved + {} "
                "<= {}",
                tokens,
                limit,
            ),
        )
        .returning(CardBudget.id)
    )
    return tokens if kept else 0


async def settle(
    unit: Unit, reserved: int, calls: int, tokens_in: int, tokens_out: int, cost: float
) -> None:
    """Release the reservation and record the tokens that were used."""
    used = CardBudget(
        business_id=unit.business_id,
        day=clock.today(),
        calls=calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost,
    )
    await CardBudget.insert(used).on_conflict(
        target=_OF_THE_DAY,
        action="DO UPDATE",
        values=[
            (
                CardBudget.reserved,
                QueryString("greatest(0, card_budgets.reserved - {})", reserved),
            ),
            *(
                (getattr(CardBudget, name), QueryString(f"card_budgets.{name} + excluded.{name}"))
                for name in ("calls", "tokens_in", "tokens_out", "cost")
            ),
            (CardBudget.updated_at, clock.now()),
        ],
    )


_OF_THE_DAY = (CardBudget.business_id, CardBudget.day)


def cost_of(model: str, tokens_in: int, tokens_out: int, rules: CardRules) -> float:
    """Return the cost of a call in US dollars; 0 for a model without a known price."""
    known = PRICES.get(model, (0.0, 0.0))
    price_in = known[0] if rules.price_in is None else rules.price_in
    price_out = known[1] if rules.price_out is None else rules.price_out
    return (tokens_in * price_in + tokens_out * price_out) / 1_000_000
