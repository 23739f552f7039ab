"""What the model may spend: tokens per business and day, reserved before and settled after."""

from pulse import clock
from pulse.cards.settings import CardRules
from pulse.db.transaction import Unit

PRICES = {
    # US dollars for a million tokens (in, out), list prices of the provider
    "gpt-4o-mini": (0.15, 0.60),
    "gpt-4o": (2.50, 10.00),
    "gpt-4.1-mini": (0.40, 1.60),
    "gpt-4.1-nano": (0.10, 0.40),
}


async def reserve(unit: Unit, tokens: int, limit: int) -> int:
    """Set tokens aside for one call; 0 when the day's budget does not hold them."""
    if tokens > limit:
        return 0
    kept = await unit.fetchval(
        "INSERT INTO card_budgets (business_id, day, reserved) VALUES ($1, $2, $3) "
        "ON CONFLICT (business_id, day) DO UPDATE SET reserved = card_budgets.reserved + $3, "
        "updated_at = now() WHERE card_budgets.tokens_in + card_budgets.tokens_out "
        "+ card_budgets.reserved + $3 <= $4 RETURNING id",
        unit.business_id,
        clock.today(),
        tokens,
        limit,
    )
    return 0 if kept is None else tokens


async def settle(
    unit: Unit, reserved: int, calls: int, tokens_in: int, tokens_out: int, cost: float
) -> None:
    """Give the reservation back and count what was really used."""
    await unit.execute(
        "INSERT INTO card_budgets AS b (business_id, day, calls, tokens_in, tokens_out, cost) "
        "VALUES ($1, $2, $4, $5, $6, $7) ON CONFLICT (business_id, day) DO UPDATE SET "
        "reserved = greatest(0, b.reserved - $3), calls = b.calls + $4, "
        "tokens_in = b.tokens_in + $5, tokens_out = b.tokens_out + $6, cost = b.cost + $7, "
        "updated_at = now()",
        unit.business_id,
        clock.today(),
        reserved,
        calls,
        tokens_in,
        tokens_out,
        cost,
    )


def cost_of(model: str, tokens_in: int, tokens_out: int, rules: CardRules) -> float:
    """US dollars for a call; 0 for a model whose price nobody named."""
    known = PRICES.get(model, (0.0, 0.0))
    price_in = known[0] if rules.price_in is None else rules.price_in
    price_out = known[1] if rules.price_out is None else rules.price_out
    return (tokens_in * price_in + tokens_out * price_out) / 1_000_000
