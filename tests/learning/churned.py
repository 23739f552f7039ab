"""The outcome of the customers of tests.fixtures.leavers."""

from pulse.learning.labels import ColumnRule

CHURNED = ColumnRule("churned", ("Yes",))
