"""What Babel calls to find the texts in our files: the extractors named in babel.cfg."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from pulse.i18n.sources import messages

Found = tuple[int, str, str | tuple[str, ...], list[str]]
"""Line, function, its text arguments, comments for translators: as Babel wants it."""


def extract_tree(
    file: IO[bytes], keywords: Mapping[str, Any], tags: Collection[str], options: Mapping[str, str]
) -> Iterator[Found]:
    """The texts of a JSON file of English; the option `context` begins their contexts."""
    for path, text in messages(options["context"], json.load(file)):
        if isinstance(text, str):
            yield 1, "pgettext", (path, text), []
        else:
            yield 1, "npgettext", (path, text["one"], text["other"]), []
