"""The actor, business and role of a call: the first argument of every service function."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

import msgspec

from pulse.auth.roles import PRESETS, Permission, Role
from pulse.errors import NotAllowed, NotFound

ALL = "all"
ActorKind = Literal["staff", "customer", "program", "pulse"]


class Actor(msgspec.Struct, frozen=True):
    """Somebody who can change something: a staff member, a customer, a program, or Pulse itself."""

    kind: ActorKind
    id: UUID | None
    name: str
    address: str = ""
    """The IP address of whoever it is, where it is known."""


class Scope(msgspec.Struct, frozen=True):
    """One business seen by one actor; `tenant(scope)` opens the units of work of that business.

    customer_id is set for a customer's own token and for nobody else: such a scope may read and
    change that one customer only; with `preview` it is somebody else's look through that
    customer's eyes, and its units of work are read-only.
    """

    business_id: UUID
    actor: Actor
    role: Role
    customer_id: UUID | None = None
    preview: bool = False
    book: str = ALL
    """Whose customers are seen: ALL, `own:<staff id>`, `team:<name>`; kept by the database."""
    granted: frozenset[Permission] | None = None
    """What a role of the business's own may do; None: what the built-in `role` may."""

    @classmethod
    def for_pulse(cls, business_id: UUID) -> "Scope":
        """Pulse itself at work inside one business: jobs, the loop, the simulation."""
        return cls(business_id, Actor("pulse", None, "Pulse"), Role.admin)

    @classmethod
    def for_customer(
        cls, business_id: UUID, customer_id: UUID, name: str = "", *, preview: bool = False
    ) -> "Scope":
        """A customer, seen through the widget; never a member of staff."""
        actor = Actor("customer", customer_id, name)
        return cls(business_id, actor, Role.viewer, customer_id, preview)

    @property
    def is_customer(self) -> bool:
        """True for a customer's own token."""
        return self.customer_id is not None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the actor may do; a customer may nothing of it."""
        if self.is_customer:
            return frozenset()
        return PRESETS[self.role] if self.granted is None else self.granted

    def may(self, permission: Permission) -> bool:
        """Whether the actor is staff, a program or Pulse with this permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the actor has this permission."""
        if not self.may(permission):
            raise NotAllowed(
                f"This needs the permission “{words_of(permission)}”.", required=permission.value
            )

    def require_covering(self, permissions: Collection[Permission]) -> None:
        """Raise NotAllowed unless the actor holds all these permissions, which are granted."""
        beyond = sorted(words_of(one) for one in set(permissions) - self.permissions)
        if beyond:
            raise NotAllowed(
                f"You cannot grant, or decide over, more than you hold yourself: "
                f"{', '.join(beyond)}.",
                code="BEYOND_OWN_ROLE",
                beyond=beyond,
            )

    @property
    def sees_all(self) -> bool:
        """False where only a part of the customers is seen (own book, the team's)."""
        return self.book == ALL

    def require_all(self) -> None:
        """Raise NotAllowed for who sees a part of the customers: what reads or changes all."""
        if not self.sees_all:
            raise NotAllowed("This concerns customers outside your book.", code="OUTSIDE_BOOK")

    def require_change(self) -> None:
        """Raise NotAllowed in a preview: only the customer acts as the customer."""
        if self.preview:
            raise NotAllowed("This is a preview: only the customer can do this, nothing was sent.")

    def require_customer(self, customer_id: UUID) -> None:
        """Raise NotFound when a customer reaches for another customer; staff may see everyone."""
        if self.customer_id is not None and self.customer_id != customer_id:
            raise NotFound("There is no such customer.")


def words_of(permission: Permission) -> str:
    """A permission's name in words: edit customers."""
    return permission.value.replace("_", " ")
