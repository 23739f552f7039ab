import pytest

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.auth.settings.business_settings import set_origins, set_profile, set_section, settings_of
from pulse.auth.settings.preferences import preferences, previous_visit, set_preference
from pulse.auth.sign_in.grants import Grant
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import grants_of_open
from pulse.auth.staff import add_staff, change_role, deactivate, people, reactivate
from pulse.errors import Conflict, Invalid, NotAllowed

PASSWORD = "a long enough password"


def as_(scope, role):
    return Scope(scope.business_id, Actor("staff", scope.actor.id, "Somebody"), role)


async def test_a_removed_role_takes_effect_at_once_and_deactivation_signs_out(shop):
    person = await add_staff(shop, "cleo@shop.example", "Cleo", Role.manager, PASSWORD)
    _, session = await sign_in("cleo@shop.example", PASSWORD)
    assert await grants_of_open([session]) == {session.id: Grant(Role.manager)}
    await change_role(shop, person, Role.viewer)
    assert await grants_of_open([session]) == {session.id: Grant(Role.viewer)}
    await deactivate(shop, person)
    assert await grants_of_open([session]) == {}
    assert person not in [one.id for one in await people(shop)]
    await reactivate(shop, person)
    assert person in [one.id for one in await people(shop)]


async def test_the_last_admin_cannot_be_removed(shop):
    with pytest.raises(Conflict):
        await change_role(shop, shop.actor.id, Role.csm)
    with pytest.raises(Conflict):
        await deactivate(shop, shop.actor.id)


async def test_origins_are_exact_without_wildcards(shop):
    kept = await set_origins(shop, ["https://Shop.example/", " ", "http://localhost:3000"])
    assert kept == ["http://localhost:3000", "https://shop.example"]
    for wrong in ("*", "https://*.example", "shop.example", "https://a.example/path"):
        with pytest.raises(Invalid):
            await set_origins(shop, [wrong])


async def test_settings_change_by_section_and_differences_are_audited(shop):
    await set_section(shop, "cards", {"erosion_points": 12, "tone": "kind"})
    await set_section(shop, "cards", {"erosion_points": 8, "tone": "kind"})
    assert (await settings_of(shop))["cards"]["erosion_points"] == 8
    entry = (await audit.entries(shop))[0]
    assert (entry.action, entry.before, entry.after) == (
        "settings.cards",
        {"erosion_points": 12},
        {"erosion_points": 8},
    )
    with pytest.raises(NotAllowed):
        await set_section(as_(shop, Role.csm), "cards", {})
    with pytest.raises(NotAllowed):
        await audit.entries(as_(shop, Role.csm))


async def test_a_profile_needs_an_existing_currency_and_time_zone(shop):
    await set_profile(shop, name="Shop", currency="gbp", locale="en", time_zone="Europe/London")
    for wrong in ({"currency": "pounds"}, {"time_zone": "Nowhere/Land"}, {"name": " "}):
        good = {"name": "S", "currency": "GBP", "locale": "en", "time_zone": "UTC"}
        with pytest.raises(Invalid):
            await set_profile(shop, **{**good, **wrong})


async def test_preferences_are_stored_per_person(shop):
    await set_preference(shop, "book", "mine")
    await set_preference(shop, "views", {"Mine": {"band": "fragile"}})
    assert await preferences(shop) == {"book": "mine", "views": {"Mine": {"band": "fragile"}}}
    await set_preference(shop, "book", None)
    assert "book" not in await preferences(shop)


async def test_returning_soon_counts_as_the_same_visit(shop):
    first = await previous_visit(shop, "today")
    assert await previous_visit(shop, "today") == first
