from pulse.jobs import progress


def test_where_no_bar_can_be_drawn_each_step_is_one_line_when_it_is_done(capsys):
    with progress.bars() as told:
        for done in range(1001):
            told("importing", done, 1000)
    assert capsys.readouterr().err == "importing: 1,000\n"
