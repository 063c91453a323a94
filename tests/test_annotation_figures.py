"""What is printed beside a finding: effects, p-values, intervals, the comparison, words of certainty."""

from __future__ import annotations

import pytest

from kg.model import Finding
from tests.annotating import annotated, claims_of, results_of, section_of


def shown(finding: Finding) -> dict[str, list[str]]:
    """What is printed beside it, by field; the empty ones left out."""
    fields = {
        "effects": finding.effects,
        "p": finding.p_values,
        "ci": finding.intervals,
        "versus": (finding.comparator,) if finding.comparator else (),
        "certainty": finding.certainty,
    }
    return {name: [found.raw for found in values] for name, values in fields.items() if values}


def all_shown(text: str) -> list[tuple[str, dict[str, list[str]]]]:
    findings = annotated(results_of(text)).findings
    return [(f.outcome.value.name if f.outcome else f.outcome_as_printed.raw, shown(f)) for f in findings]


ONE = [
    ("Hope increased (d = 0.61, p = .004).", {"effects": ["d = 0.61"], "p": ["p = .004"]}),
    ("Clients had fewer hospital days (incidence rate ratio [IRR] = 0.77, 95% CI 0.66-0.90).",
     {"effects": ["incidence rate ratio [IRR] = 0.77"], "ci": ["95% CI 0.66-0.90"]}),
    ("Hope increased (t(120) = 2.4; p=0.017).", {"effects": ["t(120) = 2.4"], "p": ["p=0.017"]}),
    ("Peer support increased hope (0.23, 95% CI −0.04 to 0.42).",
     {"effects": ["0.23"], "ci": ["95% CI −0.04 to 0.42"]}),
    ("Loneliness scores fell from 48.1 to 39.6.", {"effects": ["from 48.1 to 39.6"]}),
    ("Hospital days decreased by 35%.", {"effects": ["by 35%"]}),
    ("We saw a 41% reduction in hospital admissions.", {"effects": ["41% reduction"]}),
    ("Clients had fewer hospital days (mean 4.2 [SD 3] vs 6.1 [SD 4]).",
     {"effects": ["mean 4.2 [SD 3] vs 6.1 [SD 4]"]}),
    ("Readmission was lower with a peer (30%) than in the control group (39%).",
     {"effects": ["30%", "39%"], "versus": ["the control group"]}),
    ("Compared with usual care, clients had greater hope.", {"versus": ["usual care"]}),
    ("Clients had greater hope than those who did not meet a peer.",
     {"versus": ["those who did not meet a peer"]}),
    ("Hope improved in the peer group but not in the comparison arm.", {"versus": ["the comparison arm"]}),
    ("Clients had more hope than ever.", {}),
    ("Hope increased significantly.", {"certainty": ["significantly"]}),
    ("There was a trend towards fewer hospital admissions.", {"certainty": ["a trend towards"]}),
    ("Participants appeared to have higher hope.", {"certainty": ["appeared to"]}),
    ("Hope increased for significant others.", {}),
    ("Hope increased from May 2012 to June 2013.", {}),
    ("Hope increased over 6 months among 40 women (62% Black).", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ONE, ids=[text for text, _ in ONE])
def test_what_is_printed_beside_a_finding_is_kept_as_printed(
    text: str, expected: dict[str, list[str]]
) -> None:
    ((_, beside),) = all_shown(text)
    assert beside == expected


def test_each_outcome_has_its_own_numbers() -> None:
    assert all_shown("Loneliness decreased (p = .004), and hope increased (p = .03).") == [
        ("loneliness", {"p": ["p = .004"]}),
        ("hope", {"p": ["p = .03"]}),
    ]


def test_items_of_a_list_share_the_p_value_and_the_comparison_at_its_end_and_no_effect() -> None:
    assert all_shown("Clients had greater hope and trust than controls (d = 0.3, p < .01).") == [
        ("hope", {"p": ["p < .01"], "versus": ["controls"]}),
        ("trust", {"effects": ["d = 0.3"], "p": ["p < .01"], "versus": ["controls"]}),
    ]


def test_numbers_that_are_meant_respectively_belong_to_none() -> None:
    assert all_shown("Hope and trust increased (d = 0.30 and 0.41, respectively).") == [
        ("hope", {}),
        ("trust", {}),
    ]


def test_the_p_value_of_a_difference_that_was_none_stands_behind_it() -> None:
    ((_, beside),) = all_shown(
        "Hope improved in both groups, but the difference was not significant (p = .34)."
    )
    assert beside == {"p": ["p = .34"], "certainty": ["was not significant"]}


def test_a_share_is_the_effect_where_nothing_else_is_said_of_the_outcome() -> None:
    ((_, beside),) = all_shown("At one year 78% were employed.")
    assert beside == {"effects": ["78%"]}


def test_a_claim_has_the_words_of_certainty_and_the_comparison_in_it() -> None:
    (finding,) = annotated(claims_of("May reduce hospital admissions compared with usual care")).findings
    assert shown(finding) == {"versus": ["usual care"], "certainty": ["May"]}


def test_an_aim_has_no_numbers() -> None:
    report = section_of("objectives", "We examined whether hope increased by 20% compared with usual care.")
    assert [shown(finding) for finding in annotated(report).findings] == [{}]


def test_full_width_signs_stay_as_printed() -> None:
    report = results_of("Loneliness was lower than in the control group（P＜0.05）.")
    (finding,) = annotated(report).findings
    assert [(p.value, p.raw) for p in finding.p_values] == [("P<0.05", "P＜0.05")]
