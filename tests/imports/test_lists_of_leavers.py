"""Lists that say who left, in eight languages: label, leaks and personal columns are recognised."""

import csv
from pathlib import Path

import numpy as np
import pytest

from pulse.imports.preview import Examination, look_through
from pulse.tabular.readers import open_source

CUSTOMERS = 600
LISTS = {
    "de": ("Kündigung", "ja", "nein", "Rückgewinnungsanrufe", "Geb.-Jahr"),
    "fr": ("statut", "résilié", "actif", "appels_reconquete", "âge"),
    "es": ("baja", "sí", "no", "riesgo_fuga", "edad"),
    "it": ("stato", "disdetto", "attivo", "penale_recesso", "età"),
    "nl": ("opzegging", "ja", "nee", "terugwinacties", "leeftijd"),
    "pt": ("cancelamento", "Sim", "Não", "ligacoes_retencao", "idade"),
    "pl": ("rezygnacja", "tak", "nie", "telefony_retencyjne", "wiek"),
    "en": ("retained", "0", "1", "vendor_churn_risk", "client_age"),
}
"""The label, its value for left and for stayed, a leak, a sensitive column."""


def _examined(path: Path, columns: dict[str, list[object]]) -> Examination:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(columns)
        rows.writerows(zip(*columns.values(), strict=True))
    return look_through(open_source(path))


@pytest.mark.parametrize("language", LISTS)
def test_a_list_of_leavers_is_understood_in_its_language(language: str, tmp_path: Path) -> None:
    label, left_word, stayed_word, leak, sensitive = LISTS[language]
    draw = np.random.default_rng(5)
    left = draw.random(CUSTOMERS) < 0.3
    shifted = [draw.poisson(np.where(left, 4, 3)).tolist() for _ in range(3)]
    columns = {
        "id": [f"C{n}" for n in range(CUSTOMERS)],
        "x1": ["" if not gone or n % 3 else 25 for n, gone in enumerate(left)],
        leak: shifted[0],
        sensitive: [30 + 5 * value for value in shifted[1]],
        "visits": shifted[2],
        label: np.where(left, left_word, stayed_word).tolist(),
    }
    found = _examined(tmp_path / "list.csv", columns)
    mapped = {column.column: column for column in found.mapping.columns}
    assert (mapped[label].role, mapped[label].leaving) == ("label", (left_word,))
    assert {one.column for one in found.cautions if one.kind == "leak"} == {"x1", leak}
    assert {name: mapped[name].role for name in ("x1", leak, sensitive, "visits")} == {
        "x1": "attribute",
        leak: "attribute",
        sensitive: "attribute",
        "visits": "metric",
    }


def test_salutations_under_any_name_are_no_metric(tmp_path: Path) -> None:
    left = np.arange(CUSTOMERS) % 3 == 0
    columns = {
        "id": list(range(CUSTOMERS)),
        "c7": np.where(left, "Mr", "Mrs").tolist(),
        "tier": np.where(np.roll(left, 1), "gold", "basic").tolist(),
        "churn": np.where(left, "yes", "no").tolist(),
    }
    columns["c7"][:60] = ["Mr", "Mrs"] * 30
    found = _examined(tmp_path / "list.csv", columns)
    assert {c.column for c in found.mapping.columns if c.is_metric} == {"tier"}


@pytest.mark.parametrize("name", ["anulada", "gestopt", "zamkniete", "closed"])
def test_a_flag_named_after_leaving_is_the_label_and_its_reason_is_not(
    name: str, tmp_path: Path
) -> None:
    left = np.arange(CUSTOMERS) % 3 == 0
    columns = {
        "id": list(range(CUSTOMERS)),
        "why_left": np.where(left, "moved", "").tolist(),
        name: np.where(left, "yes", "no").tolist(),
    }
    columns["why_left"][:60:6] = ["cost"] * 10
    found = _examined(tmp_path / "list.csv", columns)
    assert {c.column: c.leaving for c in found.mapping.columns if c.role == "label"} == {
        name: ("yes",)
    }
