from pulse.jobs import progress


def test_without_a_terminal_each_finished_step_is_one_line(capsys):
    with progress.bars() as told:
        for done in range(1001):
            told("importing", done, 1000)
    assert capsys.readouterr().err == "importing: 1,000\n"
