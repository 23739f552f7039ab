"""Roles have an order, customers are never staff, and a customer reaches only themselves."""

from uuid import uuid4

import pytest

from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.errors import NotAllowed, NotFound


def test_roles_are_ordered():
    assert sorted(Role, key=lambda role: role.rank) == [
        Role.viewer,
        Role.csm,
        Role.manager,
        Role.admin,
    ]
    assert Role.viewer < Role.csm <= Role.csm < Role.manager < Role.admin
    assert Role.admin > Role.manager
    assert Role.admin >= Role.viewer
    assert str(Role("csm")) == "csm"


def test_a_scope_refuses_what_its_role_does_not_reach():
    scope = Scope(uuid4(), Actor("staff", uuid4(), "Vera"), Role.viewer)
    scope.require(Role.viewer)
    with pytest.raises(NotAllowed):
        scope.require(Role.csm)
    Scope.for_pulse(uuid4()).require(Role.admin)


def test_a_customer_is_no_staff_and_sees_nobody_else():
    me = uuid4()
    scope = Scope.for_customer(uuid4(), me)
    assert scope.is_customer
    scope.require_customer(me)
    with pytest.raises(NotFound):
        scope.require_customer(uuid4())
    with pytest.raises(NotAllowed):
        scope.require(Role.viewer)
