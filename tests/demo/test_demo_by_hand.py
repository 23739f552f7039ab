"""What README suggests to try in a terminal: tokens, curl, a kill and a restart."""

import concurrent.futures
import time

import httpx
import psutil

from tests.fixtures.demo_server import Demo


def identity(demo: Demo, token: str, customer: str = "17850") -> httpx.Response:
    return httpx.get(
        f"{demo.url}/api/customers/{customer}/identity",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )


def test_a_token_from_the_command_line_reads_its_own_customer(demo: Demo, token_of):
    answer = identity(demo, token_of("17850"))
    data = answer.json()["data"]
    total = data["base"] + sum(factor["contribution"] for factor in data["shap_factors"])
    assert answer.status_code == 200
    assert abs(total - data["identity_strength"]) < 1e-9


def test_another_customers_identity_is_not_there(demo: Demo, token_of):
    answer = identity(demo, token_of("17850"), customer="12347")
    assert answer.status_code == 404
    assert answer.json()["error_code"] == "CUSTOMER_NOT_FOUND"


def test_a_changed_signature_is_refused(demo: Demo, token_of):
    head, payload, signature = token_of("17850").split(".")
    bent = signature[:-2] + ("AA" if signature[-2:] != "AA" else "BB")
    assert identity(demo, f"{head}.{payload}.{bent}").status_code == 401


def test_an_expired_token_is_refused(demo: Demo, token_of):
    token = token_of("17850", minutes=0.02)
    expires = time.time() + 0.02 * 60
    while time.time() <= expires + 1:  # the token has to expire
        time.sleep(0.2)
    answer = identity(demo, token)
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "TOKEN_EXPIRED"


def test_a_kill_in_the_middle_of_recalculations_leaves_everything_consistent(demo: Demo, token_of):
    with concurrent.futures.ThreadPoolExecutor(4) as people:
        buying = [people.submit(_order_until_cut, demo.url) for _ in range(4)]
        while sum(len(one) for one in _RECEIPTS) < 8:
            time.sleep(0.05)
        demo.kill()
        orders = sum(len(done.result()) for done in buying)
    began = time.monotonic()
    demo.start()
    again = time.monotonic() - began
    answer = identity(demo, token_of("17850"))
    data = answer.json()["data"]
    total = data["base"] + sum(factor["contribution"] for factor in data["shap_factors"])
    assert orders >= 8
    assert answer.status_code == 200
    assert abs(total - data["identity_strength"]) < 1e-9
    bought = next(f for f in data["shap_factors"] if f["feature"] == "orders")["value"]
    assert bought >= orders, "an order that was answered must not be lost"
    assert again < 60


def test_a_stop_leaves_no_process_behind(demo: Demo):
    postgres = demo.postgres()
    assert postgres
    demo.stop()
    assert _is_over(postgres)
    demo.start()
    assert httpx.get(f"{demo.url}/health/ready", timeout=60).status_code == 200


def _is_over(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it was collected just now
        return True


_RECEIPTS: list[list[int]] = []


def _order_until_cut(url: str) -> list[int]:
    """Order until the server is gone; returns one receipt per answered order."""
    receipts: list[int] = []
    _RECEIPTS.append(receipts)
    order = {"customer_id": "17850", "sku": "71053", "amount": 12.5}
    with httpx.Client(timeout=60) as shop:
        for _ in range(200):
            try:
                answer = shop.post(f"{url}/demo/shop/orders", json=order)
            except httpx.HTTPError:
                break
            assert answer.status_code < 300, answer.text
            receipts.append(answer.status_code)
    return receipts
