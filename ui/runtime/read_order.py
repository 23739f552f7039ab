"""Order of overlapping reads: a stale answer never replaces a newer one.

While a read waits for the database, the person may choose other parameters (a filter, a tab, a
customer), and a live refresh may read the same. Answers may arrive in any order.

    async def refresh(self) -> None:
        tab = self.tab  # read once, before the wait
        read = self._reads.start(tab)
        found = await queries.listed(self.page.scope, tab)
        if read.accept():
            self._assign(tab, found)
"""


class ReadOrder:
    """The reads of one state: which of their answers may still be assigned to it."""

    def __init__(self) -> None:
        self._parameters: tuple[object, ...] = ()
        self._started = 0
        self._oldest_current = 0

    def start(self, *parameters: object) -> "OrderedRead":
        """Return a new read of the state with these parameters.

        Running reads with other parameters become stale. Those with the same parameters may still
        be shown, so that frequent refreshes do not delay the first answer.
        """
        self._started += 1
        if parameters != self._parameters:
            self._parameters, self._oldest_current = parameters, self._started
        return OrderedRead(self, self._started)

    def _is_current(self, number: int) -> bool:
        """Return whether the answer of this read may still be assigned."""
        return number >= self._oldest_current

    def _accept(self, number: int) -> bool:
        """Return whether the read is current; if so, make reads that started earlier stale."""
        current = self._is_current(number)
        self._oldest_current = max(self._oldest_current, number)
        return current


class OrderedRead:
    """One read of a state, from before its first wait until its answer is assigned."""

    def __init__(self, order: ReadOrder, number: int) -> None:
        self._order, self._number = order, number

    @property
    def is_current(self) -> bool:
        """Whether its answer may still be assigned.

        It may when no newer answer was, and the parameters are the same.
        """
        return self._order._is_current(self._number)

    def accept(self) -> bool:
        """Return whether to assign the answer now; if so, answers of earlier reads become stale.

        Call it after the last wait, directly before the assignment.
        """
        return self._order._accept(self._number)
