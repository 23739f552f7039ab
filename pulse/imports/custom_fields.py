"""The custom fields of a business: stored in its settings, used by every import."""

import msgspec

from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import read_section, write_section
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound
from pulse.i18n.sentences import Sentence
from pulse.tabular.guesses.declared import CustomField
from pulse.tabular.guesses.mapping_reuse import plain

SECTION = "custom_fields"
MOST_FIELDS = 500
MOST_CHOICES = 200
LONGEST_NAME = 120


async def list_custom_fields(scope: Scope) -> list[CustomField]:
    """The custom fields of the business, by name."""
    async with tenant(scope) as unit:
        return await _read(unit)


async def set_custom_field(scope: Scope, field: CustomField) -> CustomField:
    """Add a custom field, or replace the one of this name.

    Raises Invalid when the definition is not allowed.
    """
    scope.require(Permission.import_lists)
    field = _checked(field)
    async with tenant(scope) as unit:
        fields = await _read(unit)
        others = [one for one in fields if plain(one.name) != plain(field.name)]
        _check_new_field(field, others)
        await _write(unit, [*others, field])
        before = next((one for one in fields if one not in others), None)
        await audit.record(
            unit,
            scope,
            "custom_field.set",
            field.name,
            before=msgspec.to_builtins(before),
            after=msgspec.to_builtins(field),
        )
    return field


async def remove_custom_field(scope: Scope, name: str) -> None:
    """Delete the definition of a field; values of customers stay.

    Raises NotFound for an unknown name.
    """
    scope.require(Permission.import_lists)
    async with tenant(scope) as unit:
        fields = await _read(unit)
        kept = [one for one in fields if plain(name) not in (plain(one.name), one.attribute)]
        if len(kept) == len(fields):
            raise NotFound(Sentence("There is no custom field “{name}”.", name=name))
        await _write(unit, kept)
        await audit.record(unit, scope, "custom_field.removed", name)


def _checked(field: CustomField) -> CustomField:
    name = " ".join(field.name.split())
    choices = tuple(dict.fromkeys(choice.strip() for choice in field.choices if choice.strip()))
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(
            Sentence(
                "A field needs a name of at most {longest} characters.",
                longest=LONGEST_NAME,
            )
        )
    if field.type == "choice" and not choices:
        raise Invalid(Sentence("“{name}” is a choice: list its values.", name=name))
    if field.type != "choice" and choices:
        raise Invalid(Sentence("“{name}” is not a choice: leave its choices out.", name=name))
    if len(choices) > MOST_CHOICES:
        raise Invalid(Sentence("A choice has at most {most} values.", most=MOST_CHOICES))
    return msgspec.structs.replace(field, name=name, choices=choices)


def _check_new_field(field: CustomField, others: list[CustomField]) -> None:
    if len(others) >= MOST_FIELDS:
        raise Invalid(Sentence("A business has at most {most} custom fields.", most=MOST_FIELDS))
    same = next((one for one in others if one.attribute == field.attribute), None)
    if same:
        raise Invalid(
            Sentence(
                "“{name}” is kept under the key “{attribute}” already.",
                name=same.name,
                attribute=field.attribute,
            )
        )


async def _read(unit: Unit) -> list[CustomField]:
    kept = (await read_section(unit, SECTION)).get("fields") or []
    return sorted(msgspec.convert(kept, list[CustomField]), key=lambda field: plain(field.name))


async def _write(unit: Unit, fields: list[CustomField]) -> None:
    await write_section(unit, SECTION, {"fields": msgspec.to_builtins(fields)})
