"""The actor, business and role of a call: the first argument of every service function."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

import msgspec

from pulse.auth.roles import PRESETS, Permission, Role
from pulse.errors import NotAllowed, NotFound
from pulse.i18n.sentences import Sentence

ALL = "all"
ActorKind = Literal["staff", "customer", "program", "pulse"]


class Actor(msgspec.Struct, frozen=True):
    """Who makes a change: a member of staff, a customer, a program, or Pulse itself."""

    kind: ActorKind
    id: UUID | None
    name: str
    address: str = ""
    """The IP address of the actor, if known."""


class Scope(msgspec.Struct, frozen=True):
    """One business as used by one actor; `tenant(scope)` opens its units of work.

    customer_id is set only for a customer's own token: such a scope may read and change that one
    customer. With `preview`, staff look at that customer's widget, and units of work are read-only.
    """

    business_id: UUID
    actor: Actor
    role: Role
    customer_id: UUID | None = None
    preview: bool = False
    book: str = ALL
    """Whose customers are visible: ALL, `own:<staff id>`, `team:<name>`; enforced by the
    database."""
    granted: frozenset[Permission] | None = None
    """The permissions of a custom role; None: those of the built-in `role`."""

    @classmethod
    def for_pulse(cls, business_id: UUID) -> "Scope":
        """Pulse itself acting inside one business: jobs, the learning loop, the simulation."""
        return cls(business_id, Actor("pulse", None, "Pulse"), Role.admin)

    @classmethod
    def for_customer(
        cls, business_id: UUID, customer_id: UUID, name: str = "", *, preview: bool = False
    ) -> "Scope":
        """A customer using the widget; never a member of staff."""
        actor = Actor("customer", customer_id, name)
        return cls(business_id, actor, Role.viewer, customer_id, preview)

    @property
    def is_customer(self) -> bool:
        """True for a customer's own token."""
        return self.customer_id is not None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the actor may do; empty for a customer."""
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
                Sentence(
                    "This needs the permission “{permission}”.", permission=words_of(permission)
                ),
                required=permission.value,
            )

    def require_covering(self, permissions: Collection[Permission]) -> None:
        """Raise NotAllowed unless the actor holds all these permissions, before granting them."""
        beyond = sorted(words_of(one) for one in set(permissions) - self.permissions)
        if beyond:
            raise NotAllowed(
                Sentence(
                    "You cannot grant, or decide over, more than you hold yourself: {beyond}.",
                    beyond=", ".join(beyond),
                ),
                code="BEYOND_OWN_ROLE",
                beyond=beyond,
            )

    @property
    def sees_all(self) -> bool:
        """False for an actor who sees only some customers (their own book, or the team's)."""
        return self.book == ALL

    def require_all(self) -> None:
        """Raise NotAllowed for an actor who sees only some customers.

        For operations that read or change all customers.
        """
        if not self.sees_all:
            raise NotAllowed("This concerns customers outside your book.", code="OUTSIDE_BOOK")

    def require_change(self) -> None:
        """Raise NotAllowed in a preview: only the customer can act as the customer."""
        if self.preview:
            raise NotAllowed("This is a preview: only the customer can do this, nothing was sent.")

    def require_customer(self, customer_id: UUID) -> None:
        """Raise NotFound when a customer asks for another customer; staff may see everyone."""
        if self.customer_id is not None and self.customer_id != customer_id:
            raise NotFound("There is no such customer.")


def words_of(permission: Permission) -> str:
    """The label of a permission: edit customers."""
    return permission.value.replace("_", " ")
