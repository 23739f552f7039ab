"""The four roles of staff, in order: what a person may do grows from viewer to admin."""

from enum import Enum


class Role(Enum):
    """A staff role; roles compare by rank, so `role >= Role.csm` reads as it is meant."""

    viewer = "viewer"
    csm = "csm"
    manager = "manager"
    admin = "admin"

    @property
    def rank(self) -> int:
        """0 (viewer) … 3 (admin)."""
        return _RANKS[self.value]

    def __lt__(self, other: "Role") -> bool:
        return self.rank < other.rank

    def __le__(self, other: "Role") -> bool:
        return self.rank <= other.rank

    def __gt__(self, other: "Role") -> bool:
        return self.rank > other.rank

    def __ge__(self, other: "Role") -> bool:
        return self.rank >= other.rank

    def __str__(self) -> str:
        return self.value


_RANKS = {"viewer": 0, "csm": 1, "manager": 2, "admin": 3}
