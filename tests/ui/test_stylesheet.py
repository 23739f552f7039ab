"""The stylesheet: a class has one rule, so that the rule of one page does not change another."""

import re
from collections import Counter

from ui import theme


def test_no_class_has_two_rules():
    styles = (theme.STATIC / "dashboard.css").read_text("utf-8")
    rules = Counter(re.findall(r"^(\.pl-[\w-]+) \{", styles, re.MULTILINE))
    assert len(rules) > 100
    assert [name for name, count in rules.items() if count > 1] == []
