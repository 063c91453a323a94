"""What sentences and claims say about outcomes: direction, basis, whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.annotation import annotate
from kg.model import Finding
from tests.annotating import (
    VOCABULARY,
    abstract_of,
    annotated,
    claims_of,
    results_of,
    said,
    section_of,
    study_of,
)

RESULTS = [
    # a change before its outcome
    ("Peer support increased hope.", [("hope", "improved")]),
    ("Peer support reduced loneliness.", [("loneliness", "improved")]),
    ("Clients had fewer hospital days.", [("length-of-stay", "improved")]),
    ("Clients had more hospital days.", [("length-of-stay", "worsened")]),
    ("Clients reported greater empowerment than controls.", [("empowerment", "improved")]),
    ("Clients reported lower empowerment than controls.", [("empowerment", "worsened")]),
    ("The program was effective in reducing cravings.", [("craving", "improved")]),
    ("There was a significant improvement in quality of life.", [("quality-of-life", "improved")]),
    ("We found a reduction in psychiatric symptoms.", [("psychiatric-symptoms", "improved")]),
    ("Coaching was associated with higher rates of abstinence.", [("abstinence", "improved")]),
    ("Contact was negatively associated with burnout.", [("peer-burnout", "improved")]),
    ("Poorer social functioning was reported by clients.", [("social-functioning", "worsened")]),
    # an outcome before its change
    ("Hope increased over six months.", [("hope", "improved")]),
    ("Self-stigma declined significantly.", [("self-stigma", "improved")]),
    ("Loneliness was higher in the peer group.", [("loneliness", "worsened")]),
    ("Empowerment scores were significantly greater at follow-up.", [("empowerment", "improved")]),
    ("Quality of life worsened.", [("quality-of-life", "worsened")]),
    ("Satisfaction with care improved among clients.", [("service-satisfaction", "improved")]),
    # several outcomes of one change, and several changes
    ("Clients had greater hope, empowerment and self-esteem.",
     [("hope", "improved"), ("empowerment", "improved"), ("self-esteem", "improved")]),
    ("Hope, empowerment, and quality of life improved.",
     [("hope", "improved"), ("empowerment", "improved"), ("quality-of-life", "improved")]),
    ("Substance use decreased and employment increased.",
     [("substance-use", "improved"), ("employment", "improved")]),
    ("Peer support reduced hospital admissions but increased costs.",
     [("hospital-admission", "improved"), ("cost", "worsened")]),
    ("Clients had lower depression scores (p < .01) and better social functioning (p = .03).",
     [("depression-symptoms", "improved"), ("social-functioning", "improved")]),
    ("Hope rose, whereas loneliness did not change.",
     [("hope", "improved"), ("loneliness", "no-difference")]),
    # chances
    ("Clients were less likely to be readmitted.", [("readmission", "improved")]),
    ("Clients were more likely to be employed than controls.", [("employment", "improved")]),
    ("Clients were twice as likely to be abstinent at 30 days.", [("abstinence", "improved")]),
    ("Coaching was linked to lower odds of relapse to drug use.", [("substance-relapse", "improved")]),
    # nothing, and a denial
    ("There was no significant difference between groups in hope or loneliness.",
     [("hope", "no-difference"), ("loneliness", "no-difference")]),
    ("Quality of life did not differ between groups.", [("quality-of-life", "no-difference")]),
    ("Peer support did not reduce hospital admissions.", [("hospital-admission", "no-difference")]),
    ("The program had no effect on employment.", [("employment", "no-difference")]),
    ("Contact was not associated with recidivism.", [("recidivism", "no-difference")]),
    ("Hope remained unchanged.", [("hope", "no-difference")]),
    ("Neither empowerment nor hope improved.", [("empowerment", "no-difference"), ("hope", "no-difference")]),
    ("Clients reported more hope but not empowerment.",
     [("hope", "improved"), ("empowerment", "no-difference")]),
    ("Anxiety was lower, although the difference was not statistically significant.",
     [("anxiety-symptoms", "no-difference")]),
    ("Peer support not only increased hope but also reduced stigma.",
     [("hope", "improved"), ("stigma", "improved")]),
    ("Findings were mixed for hospitalization.", [("hospital-admission", "mixed")]),
    ("Hope increased in both groups, with no difference between them.", [("hope", "no-difference")]),
    ("Hope increased in both groups.", [("hope", "improved")]),
    ("Hope was higher, but the confidence interval included zero.", [("hope", "no-difference")]),
    ("Hope was higher (95% confidence interval 0.2 to 0.9).", [("hope", "improved")]),
    ("Hope rose, but the difference did not reach significance.", [("hope", "no-difference")]),
    ("Hope rose (p = .21) and stigma fell (p < .01).", [("hope", "no-difference"), ("stigma", "improved")]),
    ("Hope rose (P > .05).", [("hope", "no-difference")]),
    ("Hope rose equally in both arms.", [("hope", "no-difference")]),
    ("Hope rose, and the difference in loneliness was not significant.",
     [("hope", "improved"), ("loneliness", "no-difference")]),
    ("We found no evidence that peer workers improved hope.", [("hope", "no-difference")]),
    ("Evidence that they improve hope is lacking.", []),
    ("There is insufficient evidence that peer support improves hope.", []),
    ("It is unclear whether peer support improves hope.", []),
    ("Peer support did not reduce stigma and increased hope.",
     [("stigma", "no-difference"), ("hope", "improved")]),
    ("Higher hope was associated with lower stigma.", [("stigma", "improved")]),
    ("Clients were less likely to drop out of treatment.", [("treatment-retention", "improved")]),
    ("There was no weight loss.", [("weight-metabolic", "no-difference")]),
    # numbers that are compared
    ("Hope was 62% in the peer group versus 48% in usual care.", [("hope", "improved")]),
    ("Loneliness was 48% in usual care, compared with 62% in the peer group.", [("loneliness", "worsened")]),
    ("Hope scores went from 2.4 to 3.1.", [("hope", "improved")]),
    ("Hopelessness scores went from 7.4 to 5.1.", [("hope", "improved")]),
    ("Hope was 62% in women versus 48% in men.", [("hope", "described")]),
    ("Hope was 62% with peers versus 48% in usual care (p = .30).", [("hope", "no-difference")]),
    ("Hope was measured from 2014 to 2016.", []),
    # associations of the subject
    ("Job satisfaction was positively associated with an office, and negatively associated with shifts.",
     [("peer-job-satisfaction", "improved"), ("peer-job-satisfaction", "worsened")]),
    ("Effects on hope were mixed, with four of nine studies reporting gains.", [("hope", "mixed")]),
    ("Peer support had a positive effect on self-reported hope and on stigma.",
     [("hope", "improved"), ("stigma", "improved")]),
    ("Contrary to our hypothesis, caseload was unrelated to hope.", [("hope", "no-difference")]),
    ("They spoke of losing a client.", [("losing a client", "described")]),
    ("Clients were more comfortable on the phone (odds ratio 2.4).",
     [("comfortable", "described")]),
    # the opposite of an outcome, and a change inside a name
    ("Hopelessness decreased.", [("hope", "improved")]),
    ("Hopelessness increased.", [("hope", "worsened")]),
    ("Peer support reduced unemployment.", [("employment", "improved")]),
    ("Clients had fewer missed appointments.", [("appointment-attendance", "improved")]),
    ("Viral load decreased.", [("hiv-care", "improved")]),
    ("Survival was longer.", [("mortality", "improved")]),
    ("Clients showed longer community tenure.", [("community-tenure", "improved")]),
    # outcomes whose increase is neither good nor bad
    ("Outpatient visits increased.", [("outpatient-use", "described")]),
    # words the vocabulary does not know
    ("The program increased contact with old friends.", [("contact with old friends", "described")]),
    ("The program improved table manners.", [("table manners", "improved")]),
    ("The experts agreed to reach consensus.", []),
    # a condition, a covariate, a service: no outcomes
    ("Clients with depression attended the groups.", []),
    ("Most clients received substance use treatment.", []),
    ("Clients with higher self-esteem had fewer arrests.", [("arrest", "improved")]),
    ("The mean age was 45 years and 60% were women.", []),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), RESULTS, ids=[sentence for sentence, _ in RESULTS])
def test_a_result_says_which_outcome_changed_and_how(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert said(study_of(results_of(sentence)).findings) == expected


UNCERTAIN = [
    "Peer support may increase hope.",
    "Hope could be improved by peer support.",
    "Future research should test whether peer support reduces stigma.",
    "Peers work to reduce loneliness among their clients.",
    "Peer support has the potential to improve quality of life.",
    "More studies are needed to improve employment.",
    "The study was powered to detect a reduction in readmissions.",
    "A higher score indicates greater hope.",
    "Improved symptoms were defined as a drop of five points.",
    "Peer workers are trained to increase hope and reduce stigma.",
    "Sessions focused on reducing stress and increasing self-esteem.",
    "Clients wanted better housing.",
    "We cannot conclude that peer support improved employment.",
    "Clients were more likely to be female.",
    "The larger sample increased statistical power.",
]


@pytest.mark.parametrize("sentence", UNCERTAIN)
def test_what_is_possible_needed_or_intended_is_no_result(sentence: str) -> None:
    study = annotated(results_of(sentence)).study
    assert study is not None
    assert study.findings == ()
    assert study.outcomes == ()


def test_what_is_possible_is_offered_as_a_candidate() -> None:
    _, candidates = annotate(results_of("Peer support may increase hope."), VOCABULARY)
    assert [candidate.place.raw for candidate in candidates] == ["hope"]


AIMS = [
    ("objectives", "To test whether peer mentoring reduces loneliness.", ["loneliness"]),
    (
        "objectives",
        "This study examined the effect of coaching on hope and employment.",
        ["hope", "employment"],
    ),
    ("background", "We sought to understand how peers build trust.", ["trust"]),
    ("background", "The goal of citizenship guides services.", ["social-inclusion"]),
    ("methods", "Peers were trained to increase self-esteem.", ["self-esteem"]),
    ("results", "Peers used their stories to reduce stigma.", ["stigma"]),
]


@pytest.mark.parametrize(("kind", "sentence", "outcomes"), AIMS, ids=[aim[1] for aim in AIMS])
def test_an_aim_is_no_result(kind: str, sentence: str, outcomes: list[str]) -> None:
    report = annotated(section_of(kind, sentence))
    aims = [f for f in report.findings if f.basis.name == "aim-only"]
    assert [f.outcome.value.name for f in aims if f.outcome] == outcomes
    assert {f.direction.name for f in aims} == {"described"}
    assert report.study is None or not {f.value.name for f in report.study.outcomes} & set(outcomes)


CONCERNED = [
    ("Housing stability improved more in the peer advocate arm.", "clients"),
    ("Hope rose among clients in the peer mentor group.", "clients"),
    ("Peer workers helped people to feel more hopeful.", "clients"),
    ("Peer workers reduced loneliness.", "clients"),
    ("Peer workers reported greater hope.", "peers"),
    ("Self-esteem of peer specialists rose.", "peers"),
    ("Supervisors had more hope.", "staff"),
    ("Hope rose after peers were hired.", "clients"),
]


@pytest.mark.parametrize(("sentence", "whom"), CONCERNED, ids=[each[0] for each in CONCERNED])
def test_a_finding_concerns_whom_its_change_happens_to(sentence: str, whom: str) -> None:
    (finding,) = study_of(results_of(sentence)).findings
    assert finding.concerns is not None
    assert finding.concerns.name == whom


@pytest.mark.parametrize(
    "sentence", ["Hope rose.", "Several described hope.", "They gained self-esteem.", "Most wanted training."]
)
def test_where_all_who_took_part_are_peers_results_are_about_peers(sentence: str) -> None:
    report = results_of(sentence, methods="We surveyed 12 peer workers and 4 supervisors.")
    assert {f.concerns and f.concerns.name for f in study_of(report).findings} == {"peers"}


def test_they_are_those_of_the_sentence_before() -> None:
    report = results_of("Peer workers felt proud. They had more hope.")
    assert [f.concerns and f.concerns.name for f in study_of(report).findings] == ["peers", "peers"]


def test_a_title_promises_and_does_not_report() -> None:
    report = annotated(abstract_of("Peer mentoring to reduce loneliness\n\nWe interviewed six peer mentors."))
    assert [(f.basis.name, f.outcome and f.outcome.value.name) for f in report.findings] == [
        ("aim-only", "loneliness")
    ]


BASES = [
    ("background", "Peer support increases hope.", "background-claim"),
    ("background", "Previous studies have shown that peer support increases hope.", "cited-from-other"),
    ("background", "Peer support increases hope (Smith & Jones, 2012).", "cited-from-other"),
    ("results", "Peer support increased hope.", "own-result"),
    ("conclusions", "Peer support increased hope.", "own-result"),
    ("conclusions", "Previous studies found that peer support increased hope.", "cited-from-other"),
]


@pytest.mark.parametrize(("kind", "sentence", "basis"), BASES, ids=[f"{b[0]}: {b[1]}" for b in BASES])
def test_the_basis_says_whose_claim_it_is(kind: str, sentence: str, basis: str) -> None:
    report = results_of("", methods="We surveyed clients.")
    findings = annotated(
        replace(report, sections=(report.sections[0], *section_of(kind, sentence).sections))
    ).findings
    assert [(f.basis.name, f.direction.name) for f in findings] == [(basis, "improved")]


def test_only_own_results_belong_to_the_study() -> None:
    text = (
        "Title\n\nBACKGROUND: Peer support increases hope. OBJECTIVE: To reduce stigma with peer workers. "
        "RESULTS: Loneliness decreased. CONCLUSIONS: Peer support reduced loneliness and may improve sleep."
    )
    report = annotated(abstract_of(text))
    assert report.study is not None
    assert said(report.study.findings) == [("loneliness", "improved")]
    assert [c.value.name for c in report.study.outcomes] == ["loneliness"]
    assert {(f.basis.name, f.outcome and f.outcome.value.name) for f in report.findings} >= {
        ("background-claim", "hope"),
        ("aim-only", "stigma"),
    }


WHOM = [
    ("Clients reported greater hope.", "clients"),
    ("Peer workers reported greater hope.", "peers"),
    ("Peer mentors had higher self-esteem.", "peers"),
    ("Peer workers reduced loneliness.", "clients"),
    ("Peer workers reported reduced loneliness.", "peers"),
    ("Burnout decreased.", "peers"),
    ("Clinicians reported less stigma.", "staff"),
    ("Costs of care decreased.", "system"),
    ("Veterans with peer specialists had fewer hospital days.", "clients"),
]


@pytest.mark.parametrize(("sentence", "whom"), WHOM, ids=[w[0] for w in WHOM])
def test_a_finding_says_whom_it_is_about(sentence: str, whom: str) -> None:
    (finding,) = study_of(results_of(sentence)).findings
    assert finding.concerns is not None
    assert finding.concerns.name == whom


def test_results_of_a_study_of_peers_are_about_peers() -> None:
    report = results_of("Hope increased.", methods="We surveyed 60 peer specialists.")
    (finding,) = study_of(report).findings
    assert finding.concerns is not None
    assert finding.concerns.name == "peers"


def test_a_finding_names_its_group_where_there_is_one() -> None:
    report = results_of(
        "Peer mentors had higher hope. Veterans were less lonely.",
        methods="We surveyed 12 peer mentors and 40 veterans.",
    )
    about = [f.about.size.value for f in study_of(report).findings if f.about and f.about.size]
    assert about == [12, 40]


TOLD = [
    ("Peer workers described a lack of supervision.", [("a lack of supervision", "described")]),
    ("Clients experienced several challenges.", [("barriers-facilitators", "described")]),
    ("Participants found that meetings were too long.", [("meetings", "described")]),
    ("Barriers included low pay and unclear roles.", [("barriers-facilitators", "described")]),
    ("Peers described burnout and role confusion.",
     [("peer-burnout", "described"), ("peer-role-strain", "described")]),
    ("Distance and pain were common barriers.", [("barriers-facilitators", "described")]),
    ("Three themes were identified.", []),
    ("Three themes were identified: (1) finding hope; (2) losing friends; and (3) reducing stigma.",
     [("finding hope", "described"), ("losing friends", "described"), ("stigma", "improved")]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), TOLD, ids=[told[0] for told in TOLD])
def test_a_qualitative_result_is_told(sentence: str, expected: list[tuple[str, str]]) -> None:
    report = results_of(sentence, methods="We conducted qualitative interviews with peer workers.")
    findings = study_of(report).findings
    assert [direction for _, direction in said(findings)] == [direction for _, direction in expected]
    for finding, (outcome, _) in zip(findings, expected, strict=True):
        assert outcome in {
            finding.outcome and finding.outcome.value.name,
            finding.outcome_as_printed.raw,
        } or (outcome.split()[-1] in finding.outcome_as_printed.raw)


CLAIMS = [
    ("Increased hope", [("hope", "hope", "improved")]),
    ("Reduced hospital days and longer community tenure",
     [("length-of-stay", "hospital days", "improved"), ("community-tenure", "community tenure", "improved")]),
    ("Decreased substance use and depression",
     [("substance-use", "substance use", "improved"), ("depression-symptoms", "depression", "improved")]),
    ("Increased social support and social functioning",
     [("social-support", "social support", "improved"),
      ("social-functioning", "social functioning", "improved")]),
    ("Improved sense of hope and inspiration", [("hope", "sense of hope and inspiration", "improved")]),
    ("Greater access to food and jobs", [(None, "access to food and jobs", "described")]),
    ("Increased trust in services, self-esteem, and punctuality",
     [("trust", "trust in services", "improved"), ("self-esteem", "self-esteem", "improved"),
      (None, "punctuality", "described")]),
    ("Fewer arrests", [("arrest", "arrests", "improved")]),
    ("Better quality of life", [("quality-of-life", "quality of life", "improved")]),
    ("Lower hopelessness", [("hope", "hopelessness", "improved")]),
    ("Sense of belonging", [("social-support", "Sense of belonging", "improved")]),
    ("Peer support reduces hospitalization", [("hospital-admission", "hospitalization", "improved")]),
]  # fmt: skip


def words(finding: Finding) -> tuple[str | None, str, str]:
    outcome = finding.outcome.value.name if finding.outcome else None
    return outcome, finding.outcome_as_printed.raw, finding.direction.name


@pytest.mark.parametrize(("claim", "expected"), CLAIMS, ids=[claim for claim, _ in CLAIMS])
def test_a_claim_gives_a_finding_for_each_outcome(
    claim: str, expected: list[tuple[str | None, str, str]]
) -> None:
    findings = annotated(claims_of(claim)).findings
    assert [words(finding) for finding in findings] == expected
    assert {finding.quote.raw for finding in findings} == {claim}
    assert {finding.basis.name for finding in findings} == {"cited-from-other"}


def test_words_of_several_outcomes_are_a_candidate_and_judged_where_they_agree() -> None:
    report, candidates = annotate(claims_of("Increased peer support and confidence"), VOCABULARY)
    (finding,) = [f for f in report.findings if f.outcome_as_printed.raw == "confidence"]
    assert finding.outcome is None
    assert finding.direction.name == "improved"
    assert any("confidence" in candidate.message for candidate in candidates)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Clients improved their budgeting skills.", ("budgeting skills", "increase", "improved")),
        ("Peer support improved waiting times.", ("waiting times", "not-stated", "improved")),
        ("Pay was lower in community agencies.", ("Pay", "decrease", "worsened")),
        ("Readmission to acute care was lower in the coaching arm.", ("Readmission", "decrease", "improved")),
        ("Budgeting was worse in the coaching arm.", None),
        ("There was no effect on hospital admissions (ratio 1.1, 95% CI 0.9 to 1.3).",
         ("hospital admissions", "no-difference", "no-difference")),
    ],
)  # fmt: skip
def test_an_outcome_is_what_changed_not_where_it_did(
    text: str, expected: tuple[str, str, str] | None
) -> None:
    found = annotated(results_of(text)).findings
    told = [(f.outcome_as_printed.raw, f.change, f.direction.name) for f in found]
    assert [one for one in told if "arm" in one[0] or "agenc" in one[0]] == []
    assert expected is None or told == [expected]


def test_a_list_behind_a_bracket_does_not_hold_the_bracket() -> None:
    text = "There was no effect on readmission (ratio 1.1, 95% CI 0.9 to 1.3), symptoms or satisfaction."
    words = [f.outcome_as_printed.raw for f in annotated(results_of(text)).findings]
    assert words == ["readmission", "symptoms", "satisfaction"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a denial from afar
        ("There is no clear evidence that peer support shortens homelessness.",
         [("housing-stability", "no-difference")]),
        ("We did not find that peer support increased hope.", [("hope", "no-difference")]),
        # what came after takes it back
        ("Employment rose in both groups; the interaction was not significant.",
         [("employment", "no-difference")]),
        ("Hope increased at 6 months, but the difference was no longer significant at 12 months.",
         [("hope", "mixed")]),
        ("Walking speed improved in both groups, but there was no significant difference between them.",
         [("Walking speed", "no-difference")]),
        # no result at all
        ("Admission rates were lower than anticipated.", []),
        ("The effects on personal recovery remain to be established.", []),
        ("We did not assess hope.", []),
        ("A larger trial will begin in 2021.", []),
        # what is no outcome
        ("The difference was no longer apparent at 24 weeks.", []),
        ("Loneliness fell in both groups but fell further in the peer group.", [("loneliness", "improved")]),
        ("Clients had a stronger commitment to their own recovery.", [("personal-recovery", "improved")]),
        ("Clients stayed housed longer.", [("housing-stability", "improved")]),
        # one noun phrase, and members of a list
        ("Self-care confidence also increased.", [("self-care", "improved")]),
        ("Hope, walking speed, and opioid dose were similar.",
         [("hope", "no-difference"), ("walking speed", "no-difference"), ("opioid dose", "no-difference")]),
    ],
)  # fmt: skip
def test_what_takes_a_result_back_and_what_is_none(text: str, expected: list[tuple[str, str]]) -> None:
    own = [f for f in annotated(results_of(text)).findings if f.basis.name == "own-result"]
    assert said(tuple(own)) == expected


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("Clients had better relationships with treatment providers", "clients"),
        ("Peer mentors have improved self-care and reduced depressive symptoms", "clients"),
        ("Peer mentors have higher hope", "peers"),
    ],
)
def test_who_brings_a_change_about_is_not_whom_it_concerns(text: str, whom: str) -> None:
    found = annotated(results_of(text)).findings
    assert {f.concerns.name for f in found if f.concerns} == {whom}


def test_insufficient_evidence_is_no_claim() -> None:
    report = claims_of("There is insufficient evidence that peer support reduces homelessness")
    assert annotate(report, VOCABULARY)[0].findings == ()
    assert len(annotate(report, VOCABULARY)[1]) == 1


def test_claims_under_words_that_name_the_peers_are_about_them() -> None:
    for context, whom in (("For the peers themselves:", "peers"), ("Benefits of peer support:", None)):
        (finding,) = annotated(claims_of("Higher self-esteem", context=context)).findings
        assert (finding.concerns.name if finding.concerns and whom else None) == whom


def test_an_opinion_of_others_is_not_cited_from_them() -> None:
    report = section_of("background", "Some authors have argued that peer support increases hope.")
    assert [f.basis.name for f in annotated(report).findings] == ["background-claim"]
