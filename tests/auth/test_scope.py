"""A scope holds permissions; customers are never staff and reach only themselves."""

from itertools import pairwise
from uuid import uuid4

import pytest

from pulse.auth.roles import PRESETS, SENTENCES, Permission, Role, preset_within
from pulse.auth.scope import Actor, Scope
from pulse.errors import NotAllowed, NotFound


def test_each_built_in_role_includes_the_one_below():
    presets = [PRESETS[role] for role in Role]
    assert all(less < more for less, more in pairwise(presets))
    assert presets[-1] == frozenset(Permission) == frozenset(SENTENCES)


def test_a_custom_role_counts_as_admin_only_with_all_customers():
    everything = frozenset(Permission)
    assert preset_within(everything, sees_all=True) is Role.admin
    assert preset_within(everything, sees_all=False) is Role.manager
    assert preset_within(PRESETS[Role.manager] - {Permission.edit_rules}, sees_all=True) is Role.csm


def test_a_scope_refuses_what_its_role_does_not_allow():
    scope = Scope(uuid4(), Actor("staff", uuid4(), "Vera"), Role.viewer)
    scope.require(Permission.view)
    with pytest.raises(NotAllowed):
        scope.require(Permission.work_cards)
    Scope.for_pulse(uuid4()).require(Permission.manage_people)


def test_a_customer_is_not_staff_and_sees_only_themselves():
    me = uuid4()
    scope = Scope.for_customer(uuid4(), me)
    assert scope.is_customer
    scope.require_customer(me)
    with pytest.raises(NotFound):
        scope.require_customer(uuid4())
    with pytest.raises(NotAllowed):
        scope.require(Permission.view)
