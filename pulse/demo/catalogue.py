"""The metrics of lantern: nine metrics of the five signals, from orders and cancellations only.

They are the metrics with which any business with orders starts, in the languages of the shop's
customers. Amounts of money are never shown to a customer.
"""

import msgspec

from pulse.demo.translations import in_languages
from pulse.scoring.lifecycle.order_metrics import ORDER_BAND_EDGES, ORDER_WEIGHTS, order_metrics
from pulse.scoring.lifecycle.standing import Rhythm

RHYTHM = Rhythm(("order",), ("cancellation",), usual_gap=53.4, horizon=156.0)
"""The result of `learn_rhythm` for the whole year."""
CATALOGUE = tuple(
    msgspec.structs.replace(definition, in_languages=in_languages(definition.key))
    for definition in order_metrics(RHYTHM, money="GBP")
)
WEIGHTS = ORDER_WEIGHTS
BAND_EDGES = ORDER_BAND_EDGES
