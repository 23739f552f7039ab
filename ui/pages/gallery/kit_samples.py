"""Samples for /kit: badges, buttons, fields, dialogs, notes."""

from collections.abc import Awaitable, Callable

from pulse import clock
from ui import kit
from ui.kit import dialogs, fields
from ui.kit.calendar import Calendar, Entry
from ui.kit.feedback import Step
from ui.runtime.page_context import Page

Sample = Callable[[Page], Awaitable[None]]


async def badges(page: Page) -> None:
    """Texts with colours."""
    with kit.row():
        for name in ("fragile", "steady", "strong"):
            kit.band(name)
        for word in ("stuck", "busy", "exploring", "own_words"):
            kit.state(word)
        kit.Badge("new", "accent")
        kit.avatar("Maren Okafor")


async def scores(page: Page) -> None:
    """A strength with its change, and a distribution over bands."""
    kit.Score(38.2, -17, big=True)
    kit.BandBar({"fragile": 900, "steady": 2100, "strong": 1372})


async def buttons(page: Page) -> None:
    """One primary button per page; a label ending in … opens a dialog."""
    with kit.row():
        kit.Button("Primary", lambda: kit.toast("Pressed."), kind="primary", key="p")
        kit.Button("Plain", lambda: kit.toast("Done.", undo=lambda: kit.toast("Undone.")))
        kit.Button("Quiet", kind="quiet", icon="campaign")
        kit.Button("Small", small=True)


async def questions(page: Page) -> None:
    """Await a dialog for its answer."""

    async def rename() -> None:
        name = await dialogs.ask_text("Rename the segment", "Name", "Rename", value="Regulars")
        if name and await dialogs.confirm("Sure?", f"It will be called {name}.", "Rename"):
            kit.toast(f"Renamed to {name}.")

    kit.Button("Rename …", rename)


async def form(page: Page) -> None:
    """Fields have their label above or beside them."""
    fields.text_field("Name", "Maren Okafor")
    fields.number_field("Points", 10, low=0, high=100)
    fields.select_field("Band", {"fragile": "Fragile", "strong": "Strong"}, "strong", kit.toast)
    fields.text_area("Note", rows=2)
    fields.tick("Tell me", True, lambda on: kit.toast("On." if on else "Off."))


async def choices(page: Page) -> None:
    """Segmented choices, and tabs of one page."""
    kit.Segments({"mine": "My book", "all": "All"}, "mine", lambda _: None, label="Whose")

    async def first() -> None:
        kit.note("The first sheet.")

    async def second() -> None:
        kit.note("Drawn when it is opened.")

    await kit.Tabs([("one", "One", first), ("two", "Two", second)]).open()


async def notes(page: Page) -> None:
    """Notes: "", "good", "warn" or "bad"."""
    for tone in ("", "good", "warn", "bad"):
        kit.note(f"A remark{', ' + tone if tone else ''}.", tone)


async def waiting(page: Page) -> None:
    """Long-running work, and content that is loading."""
    kit.Progress("Progress of nothing", Step("Judging fifths it has not seen", 3, 5))
    kit.skeleton(60)


async def nothing(page: Page) -> None:
    """The empty state names the next step."""
    kit.empty(
        "No cards are waiting",
        "Drops, declared states and due cards will appear here.",
        action="See all customers",
        href="/customers",
    )


async def lists(page: Page) -> None:
    """Assign or bind `items` and `facts`: only changed ones are redrawn."""
    kit.Facts([("Owner", "Maren"), ("Renewal", "1 May")])
    made = kit.Items(kit.note, key=lambda words: words, nothing=lambda: kit.empty("Nothing"))
    made.items = ["One item", "Another item"]


async def month(page: Page) -> None:
    """A month of entries; `turn` reads and assigns those of another month."""
    today = clock.today()
    made = Calendar(today, lambda first, last: None)
    made.entries = {today: [Entry("Renewal of Imogen Morgan", "/customers")]}


async def words(page: Page) -> None:
    """Text, links, and containers: `row`, `stack`, `columns`, `panel`, `Title`."""
    with kit.row():
        kit.text("As <it> is, never markup.", "pl-quiet")
        kit.link("A link", "/customers")


SAMPLES: list[tuple[str, int, Sample]] = [
    ("band, state, Badge, avatar", 6, badges),
    ("Score, BandBar", 6, scores),
    ("Button, toast", 6, buttons),
    ("dialogs", 6, questions),
    ("fields", 6, form),
    ("Segments, Tabs", 6, choices),
    ("note", 6, notes),
    ("Progress, skeleton", 6, waiting),
    ("empty", 6, nothing),
    ("Items, Facts", 6, lists),
    ("Calendar", 12, month),
    ("text, link, row", 6, words),
]
