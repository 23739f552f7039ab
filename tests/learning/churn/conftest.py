"""Customers with outcomes for the models of these tests."""

import pytest

from pulse.learning.churn import model
from tests.learning.test_fitting import CATALOGUE, customers


@pytest.fixture(scope="session")
def with_outcomes():
    """(catalogue, measured, stayed) of 1,500 customers."""
    return CATALOGUE, *customers()


@pytest.fixture(scope="session")
def churn_model(with_outcomes):
    return model.fit(*with_outcomes)
