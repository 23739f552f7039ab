"""The demo shop's server, in demo mode only: page, customers, orders, simulation."""

from pathlib import Path
from typing import Any

from litestar import Response, Router, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from pulse.demo import shop, simulation
from pulse.errors import NotFound
from pulse.widget_release import FOLDER
from widget_api.schemas import Data, DemoCustomer, DemoOrder, Running

PAGES = FOLDER / "shop"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@get("/shop")
async def page() -> Response[bytes]:
    """The page of the shop."""
    return _file(PAGES / "index.html")


@get("/shop/{name:str}")
async def file(name: FromPath[str]) -> Response[bytes]:
    """One of the shop's files."""
    return _file(PAGES / name)


@get("/shop/customers")
async def customers() -> Data[list[Any]]:
    """The customers one can sign in as in the shop."""
    return Data([*await shop.customers()])


@get("/shop/token")
async def token(customer_id: FromQuery[str]) -> Data[dict[str, str]]:
    """A token as the shop's server signs it for its signed-in customer."""
    return Data({"token": await shop.token_for(customer_id)})


@post("/shop/orders", status_code=201)
async def order(data: JSONBody[DemoOrder]) -> Data[dict[str, str]]:
    """Place an order for the customer. A negative amount is a return."""
    await shop.order(data.customer_id, data.sku, data.amount)
    return Data({"status": "ordered"})


@post("/shop/cancellations", status_code=201)
async def cancel(data: JSONBody[DemoCustomer]) -> Data[dict[str, str]]:
    """Cancel the customer's last order."""
    await shop.cancel(data.customer_id)
    return Data({"status": "cancelled"})


@get("/simulation")
async def running() -> Data[Running]:
    """Whether the simulation runs."""
    return Data(Running(simulation.running()))


@put("/simulation")
async def switch(data: JSONBody[Running]) -> Data[Running]:
    """Start or stop the simulation."""
    await (simulation.start() if data.running else simulation.stop())
    return Data(Running(simulation.running()))


def router() -> Router:
    """The router of /demo."""
    handlers = [page, file, customers, token, order, cancel, running, switch]
    return Router("/demo", route_handlers=handlers, include_in_schema=False)


def _file(path: Path) -> Response[bytes]:
    if path.parent != PAGES or path.suffix not in KINDS or "\x00" in path.name:
        raise NotFound("There is no such page.")
    if not path.is_file():
        raise NotFound("There is no such page.")
    headers = {"Cache-Control": "no-cache"}
    return Response(path.read_bytes(), media_type=KINDS[path.suffix], headers=headers)
