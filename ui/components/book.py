"""Whose customers a page shows: own book, the team's, or all; remembered per person."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pulse.auth.scope import Scope
from pulse.auth.settings.preferences import preferences, set_preference
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from ui.formatters import plural
from ui.kit.buttons import Segments
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

EVERYBODY_QUERY = "sort=identity_strength"
CHOICES = marked({"mine": "My book", "team": "Team", "all": "All"})
WORDS = marked({"mine": "my book", "team": "the team's books", "all": "all customers"})


@dataclass(frozen=True, slots=True)
class Book:
    """A choice of customers by owner; `owner` is the value for the customer filter."""

    key: str
    owner: str

    @property
    def words(self) -> str:
        """The book's name within a sentence."""
        return gettext(WORDS[self.key])

    def counted(self, customers: int) -> str:
        """Return 'my book, 12 customers'; for all customers only their number."""
        said = plural(customers, "customer")
        return said if self.key == "all" else f"{self.words}, {said}"

    @property
    def chosen(self) -> CustomerFilter:
        """The customer filter of this book."""
        return CustomerFilter(owner=self.owner)

    def link(self, **narrowed: object) -> str:
        """Return the URL of this book's list with further filters, for links of figures."""
        parts = {"owner": self.owner, **narrowed}
        query = "&".join(
            f"{key}={value}" for key, value in parts.items() if value not in ("", None)
        )
        return f"/customers?{query or EVERYBODY_QUERY}"


async def book_of(page: Page) -> Book:
    """Return the book in the URL, else the last chosen one, else the own book if there is one."""
    key = page.address.get("book")
    if key not in CHOICES:
        key = str((await preferences(page.scope)).get("book", ""))
    if key not in CHOICES:
        mine = await repository.count(page.scope, CustomerFilter(owner=_me(page)))
        key = "mine" if mine else "all"
    return make(page, key)


async def chosen_owner(scope: Scope) -> str:
    """Return the owner of this person's default book, for counts in the side bar."""
    key = str((await preferences(scope)).get("book", ""))
    me = str(scope.actor.id)
    if key not in CHOICES:
        key = "mine" if await repository.count(scope, CustomerFilter(owner=me)) else "all"
    return {"mine": me, "team": "anybody"}.get(key, "")


def make(page: Page, key: str) -> Book:
    """Return the book with that name for this person."""
    return Book(key, {"mine": _me(page), "team": "anybody"}.get(key, ""))


def book_switch(page: Page, book: Book, changed: Callable[[Book], Awaitable[None]]) -> Segments:
    """Draw the switch in a page's title; it stores the choice and calls `changed`."""

    choices = ReadOrder()

    async def choose(key: str) -> None:
        page.address.set(book=key)
        choice = choices.start(key)
        await set_preference(page.scope, "book", key)
        if choice.accept():
            await changed(make(page, key))

    return Segments(CHOICES, book.key, choose, label="Whose customers")


def _me(page: Page) -> str:
    return str(page.scope.actor.id)
