"""Overlapping reads of one state: which answers may be shown."""

from ui.runtime.read_order import ReadOrder


def test_an_answer_for_other_parameters_is_dropped():
    reads = ReadOrder()
    old, new = reads.start("both"), reads.start("only_model")
    assert not old.is_current
    assert not old.accept()
    assert new.accept()


def test_an_answer_older_than_the_shown_one_is_dropped():
    reads = ReadOrder()
    old, new = reads.start("both"), reads.start("both")
    assert new.accept()
    assert not old.accept()


def test_a_later_read_of_the_same_does_not_delay_the_answer():
    reads = ReadOrder()
    first, second = reads.start("both"), reads.start("both")
    assert first.accept()
    assert second.accept()


def test_a_parameter_chosen_again_does_not_revive_its_first_read():
    reads = ReadOrder()
    first = reads.start("both")
    reads.start("only_model")
    again = reads.start("both")
    assert not first.accept()
    assert again.accept()
