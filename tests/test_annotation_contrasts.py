"""Groups that are set against each other, lists, and clauses that lean on the one before them."""

from __future__ import annotations

import pytest

from kg.annotation import annotate
from kg.model import Finding
from tests.annotating import VOCABULARY, abstract_of, annotated, results_of, study_of

RANDOMIZED = "We randomly assigned 240 clients of peer support workers to peer support or usual care."


def told(sentence: str) -> list[tuple[str, str]]:
    """The outcomes of the own results of a sentence as printed, each with its change."""
    findings: tuple[Finding, ...] = study_of(results_of(sentence, methods=RANDOMIZED)).findings
    return [(finding.outcome_as_printed.value, finding.change) for finding in findings]


AGAINST = [
    # the controls are those of whom it is told
    ("The control group had greater loneliness.", [("loneliness", "decrease")]),
    ("Usual care clients had more admissions than peer support clients.", [("admissions", "decrease")]),
    ("Admissions were more frequent in the control group.", [("Admissions", "decrease")]),
    ("Hope was higher in the usual care group than in the peer support group.", [("Hope", "decrease")]),
    ("Hope was higher than in the usual care group.", [("Hope", "increase")]),
    ("Hope rose, compared with the control group.", [("Hope", "increase")]),
    ("Hope rose in the peer group and fell in the control group.", [("Hope", "increase")]),
    ("Hope did not change in the control group.", []),
    # the groups did not differ in what changed in both
    ("Depression rose in both cohorts, but no more among peer clients.", [("Depression", "no-difference")]),
    ("Symptoms fell in both groups, with no group-by-time interaction.", [("Symptoms", "no-difference")]),
    ("Hope improved over time regardless of group.", [("Hope", "no-difference")]),
    ("Hope increased in both groups. However, the difference between groups was not significant.",
     [("Hope", "no-difference")]),
    ("Hope increased in both groups. There was no difference between groups in costs.",
     [("Hope", "increase"), ("costs", "no-difference")]),
    # the numbers of two arms, and intervals
    ("Mean admissions were 1.2 in the peer group and 2.4 in the usual care group (p = .01).",
     [("admissions", "decrease")]),
    ("Mean admissions were 2.4 in the usual care group and 1.2 in the peer group.",
     [("admissions", "decrease")]),
    ("Mean admissions were 1.2 in the peer group and 2.4 in the usual care group (p = .21).",
     [("admissions", "no-difference")]),
    ("Readmission was lower in the peer group (OR 0.80, 95% CI 0.55 to 1.20).",
     [("Readmission", "no-difference")]),
    ("Readmission was lower with peers (OR 0.80, 95% CI 0.55 to 0.95).", [("Readmission", "decrease")]),
    ("Hope was higher (mean difference 0.4, 95% CI -0.1 to 0.9).", [("Hope", "no-difference")]),
    ("Hope was higher (mean difference 0.4, 95% CI 0.1 to 0.9).", [("Hope", "increase")]),
    ("Peer support was not inferior to clinician support in hope.", [("hope", "no-difference")]),
    ("Readmission was lower with peers (odds ratio, 1.36; 95% CI, 0.80-2.33).",
     [("Readmission", "no-difference")]),
    ("Readmission was lower with peers (odds ratio 0.50, 0.33 to 0.76).", [("Readmission", "decrease")]),
    ("Relapse occurred in 4.1% of coached and 5.0% of matched adults (P = .31).",
     [("Relapse", "no-difference")]),
    ("Relapse fell from 49% to 30% among controls.", []),
    # multiples of odds, and what was done more or less often
    ("Clients had 1.8 times the odds of employment and 0.72 times the rate of relapse.",
     [("employment", "increase"), ("relapse", "decrease")]),
    ("Clients had half the odds of depression.", [("depression", "decrease")]),
    ("Infants were less often placed in foster care.", [("placed in foster care", "decrease")]),
    ("Clients worked more weeks and dropped out less often.", [("dropped out", "decrease")]),
    ("Clients attended 1.7 more sessions.", [("sessions", "increase")]),
    # people of whom more or fewer did something
    ("Fewer peer participants than controls were readmitted.", [("readmitted", "decrease")]),
    ("More controls than peer participants were readmitted.", [("readmitted", "decrease")]),
    ("More clients in the peer arm reported suicidal ideation.", [("suicidal ideation", "increase")]),
    ("More than 70% attended a session.", []),
    # where the outcome stands, and what is none
    ("Clients were at half the risk of developing depression.", [("depression", "decrease")]),
    ("Relapse was twice as likely in the control group.", [("Relapse", "decrease")]),
    ("Admissions went up.", [("Admissions", "increase")]),
    ("Cravings were reported less often.", [("Cravings", "decrease")]),
    ("Clients reported less strain.", [("strain", "decrease")]),
    ("Tension decreased, laughter improved, and hope rose.",
     [("Tension", "decrease"), ("laughter", "increase"), ("hope", "increase")]),
    ("Attendance at outpatient appointments was better.", [("Attendance", "increase")]),
    ("Self-efficacy to quit increased.", [("Self-efficacy", "increase")]),
    ("Depression fell, but the rate of change did not differ by group.", [("Depression", "no-difference")]),
    ("Both groups improved on all measures.", []),
    ("Body dissatisfaction worsened.", [("Body dissatisfaction", "not-stated")]),
    ("Clients felt better prepared for disclosures of suicidal thoughts.",
     [("prepared", "increase")]),
    ("Clients were less likely to lose housing.", [("housing", "increase")]),
    ("Attending was associated with a steeper fall in admissions.", [("admissions", "decrease")]),
    ("Contrary to our hypothesis, use of respite was not increased.", [("respite", "no-difference")]),
    ("Clients rated the wards as less threatening.", [("threatening", "decrease")]),
    ("Stigma was perceived to have lessened on the wings.", [("Stigma", "decrease")]),
    ("Treatment starts did not rise.", [("Treatment starts", "no-difference")]),
    ("Among clients with pain, admissions were higher with peers, and among those without, lower.",
     [("admissions", "mixed")]),
    ("Pay was described as low, and turnover was higher.", [("turnover", "increase")]),
    ("Clients with two or more prior arrests benefited.", []),
    ("None of the clients reported worse mental health.", [("mental health", "no-difference")]),
    ("Hope rose more with peers than with enhanced usual care.", [("Hope", "increase")]),
    ("Peers gave clients a reason to get up.", [("reason to get up", "increase")]),
    ("Knowing a peer made psychosis less frightening.", [("frightening", "decrease")]),
    ("Peer support was equally effective in reducing depression.", [("depression", "no-difference")]),
    ("Peers were as effective as nurses in reducing depression.", [("depression", "no-difference")]),
    ("Clients had more outpatient contacts but not fewer hospital days.",
     [("outpatient contacts", "increase"), ("hospital days", "no-difference")]),
    ("Loneliness scores decreased from 7.1 to 5.6 and laughter was unchanged.",
     [("Loneliness scores", "decrease"), ("laughter", "no-difference")]),
    ("Quality of life as rated by spouses declined.", [("Quality of life", "decrease")]),
    ("Readmission was 23 percent among participants and 36 percent among nonparticipants.",
     [("Readmission", "decrease")]),
    ("Participants in intervention sites had lost more weight than those in control sites (-3 vs -1 kg).",
     [("weight", "decrease")]),
    ("With usual care hope did not differ from peer support (12% vs 18%).", [("hope", "no-difference")]),
    ("Testing was 2.3 times as common in the peer group.", [("Testing", "increase")]),
    ("Testing was rare and did not differ between groups.", [("Testing", "no-difference")]),
    ("Hope, which was high at first, did not change.", [("Hope", "no-difference")]),
    ("Hope did not improve more in HARP than in usual care.", [("Hope", "no-difference")]),
    ("Alcohol use and sleep problems were unrelated to use of the team.", [("Alcohol use", "no-difference")]),
    ("Seclusion fell in wards with and without peer workers alike.", [("Seclusion", "no-difference")]),
    ("Hope changed little in either group.", [("Hope", "no-difference")]),
    ("Though the trial was not powered to detect effects, hope rose.", [("hope", "increase")]),
    ("There was a slower decline in quality of life.", []),
    ("A reduction in alcohol consumption was not observed.", [("alcohol consumption", "no-difference")]),
    ("Quality of life was 1.2 points higher (95% CI -1.1 to 3.5).", [("Quality of life", "no-difference")]),
    ("Symptoms improved regardless of study arm.", [("Symptoms", "no-difference")]),
    ("Peer support was no worse than care by nurses on alliance.", [("alliance", "no-difference")]),
    # only some, or only for a while
    ("Admissions fell among clients with pain but not among those with asthma.", [("Admissions", "mixed")]),
    ("Arrests declined among young men only.", [("Arrests", "mixed")]),
    ("Clients had less stigma at 12 months; at 24 months the groups no longer differed.", [("stigma",
    "mixed")]),
    ("Hope rose. At 24 months, there was no longer a significant difference.", [("Hope", "mixed")]),
    ("In Leeds, clients had fewer admissions; in York they did not.", [("admissions", "mixed")]),
    ("Hope improved for women but not for men.", [("Hope", "mixed")]),
    ("Hope rose at six months only.", [("Hope", "mixed")]),
    # denials
    ("Clients showed a nonsignificant trend toward fewer admissions.", [("admissions", "no-difference")]),
    ("Adherence was not better with peers than with nurses.", [("Adherence", "no-difference")]),
    ("Peer support was non-inferior to care by nurses with respect to hope.", [("hope", "no-difference")]),
    ("Hope was not improved, nor was laughter.", [("Hope", "no-difference"), ("laughter", "no-difference")]),
    ("No review found that peer support increased harm.", [("harm", "no-difference")]),
    ("Anxiety, but not depression, was reduced.", [("Anxiety", "decrease"), ("depression", "no-difference")]),
    ("Subjective burden was neither increased nor decreased.", [("Subjective burden", "no-difference")]),
    ("Hope, symptoms and anxiety showed no group differences.",
     [("Hope", "no-difference"), ("symptoms", "no-difference"), ("anxiety", "no-difference")]),
    ("Changes in symptoms and anxiety did not differ.",
     [("symptoms", "no-difference"), ("anxiety", "no-difference")]),
    ("Infant weight gain was not affected.", [("weight", "no-difference")]),
    ("Peer support was not superior to usual care in reducing relapse.", [("relapse", "no-difference")]),
    ("Hope was rated higher at one year but not at two years.", [("Hope", "mixed")]),
    ("Among women, no association was seen.", []),
    ("Clients did not differ from others in hope or anxiety.",
     [("hope", "no-difference"), ("anxiety", "no-difference")]),
    ("Guilt and anger did not change.", [("Guilt", "no-difference"), ("anger", "no-difference")]),
    ("Hope, on the other hand, was not influenced.", [("Hope", "no-difference")]),
    ("Peer clients were no more likely to use herbal remedies.",
     [("use herbal remedies", "no-difference")]),
    ("We found no evidence that the programme reduced anxiety (mean difference in scores 0.11), or relapse.",
     [("anxiety", "no-difference"), ("relapse", "no-difference")]),
    ("Two trials reported improved hope and three found no difference.", [("hope", "mixed")]),
    ("Hope rose only among women.", [("Hope", "mixed")]),
    ("Arrest was lower (28% vs 37%). The association with arrest was no longer significant after adjustment.",
     [("Arrest", "mixed")]),
    ("Hope was higher at 6 months. This effect had disappeared by 12 months.", [("Hope", "mixed")]),
    ("Several women were described as willing to start therapy.",
     [("described as willing to start therapy", "not-stated")]),
    ("Navigated women kept more appointments.", [("appointments", "increase")]),
    ("Emergency visits were more common among peer clients, though not significantly.",
     [("Emergency visits", "no-difference")]),
    ("Hope increased in both conditions; at no follow-up did conditions differ.",
     [("Hope", "no-difference")]),
    ("Relapse decreased in the peer condition and in the control condition.", [("Relapse", "decrease")]),
    ("Staff without lived experience were less confident.", [("confident", "decrease")]),
    ("Hope remained high and stable.", [("Hope", "no-difference")]),
    ("Calls were associated with higher rather than lower distress.", [("distress", "increase")]),
    ("Hope was higher at the end of the course but this gain was lost by 12 months.", [("Hope", "mixed")]),
    # what was done more is not more of what it was done with; two arms without a label
    ("They were more willing to disclose suicidal thoughts.", [("disclose suicidal thoughts", "increase")]),
    ("Naloxone was carried by 14% of the control group and 22% of the peer group.",
     [("Naloxone", "increase")]),
    # how people were before
    ("At baseline, clients had more severe depression than controls.", []),
    ("Depression was lower than at baseline.", [("Depression", "decrease")]),
    ("Depression fell from baseline to six months.", [("Depression", "decrease")]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), AGAINST, ids=[one[0] for one in AGAINST])
def test_a_change_is_that_of_the_group_with_support(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert told(sentence) == expected


LEANING = [
    ("Hope rose but loneliness did not.", [("Hope", "increase"), ("loneliness", "no-difference")]),
    ("Hope rose; neither loneliness nor costs did.",
     [("Hope", "increase"), ("loneliness", "no-difference"), ("costs", "no-difference")]),
    ("Hope improved, as did perceived social support.",
     [("Hope", "increase"), ("perceived social support", "increase")]),
    ("Hope improved, as did table manners and punctuality.",
     [("Hope", "increase"), ("table manners", "increase"), ("punctuality", "increase")]),
    ("Hope improved, as did 12 controls.", [("Hope", "increase")]),
    ("Hope rose, and the total score was lower.", [("Hope", "increase"), ("total score", "decrease")]),
    # lists with members that the vocabulary does not know
    ("Suicidal ideation and thwarted belongingness decreased.",
     [("Suicidal ideation", "decrease"), ("thwarted belongingness", "decrease")]),
    ("Peer support improved table manners, hope and punctuality.",
     [("table manners", "increase"), ("hope", "increase"), ("punctuality", "increase")]),
    ("Peer support improved hope and reached more clients.", [("hope", "increase")]),
    ("Peer support improved hope in clinics and hospitals.", [("hope", "increase")]),
    ("Peer support improved hope, and clients were grateful.", [("hope", "increase")]),
    # what people came to feel
    ("Clients felt less judged and more confident.", [("judged", "decrease"), ("confident", "increase")]),
    ("Most said that they felt less alone.", [("alone", "decrease")]),
    ("Clients felt more than satisfied.", []),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), LEANING, ids=[one[0] for one in LEANING])
def test_what_is_not_said_again_belongs_to_what_was_said(
    sentence: str, expected: list[tuple[str, str]]
) -> None:
    assert [one for one in told(sentence) if one[1] != "not-stated"] == expected


def test_a_change_among_the_controls_alone_is_a_candidate() -> None:
    _, candidates = annotate(results_of("Hope fell in the control group.", methods=RANDOMIZED), VOCABULARY)
    assert [candidate.place.raw for candidate in candidates] == ["Hope"]


def test_what_earlier_studies_found_is_not_found_here() -> None:
    text = "Previous studies found that peer support reduced hospital admissions."
    (finding,) = annotated(results_of(text)).findings
    assert finding.basis.name == "cited-from-other"


def test_what_peers_say_of_themselves_is_about_them() -> None:
    text = "Peer workers said that sharing their story strengthened their own recovery."
    (finding,) = study_of(results_of(text)).findings
    assert finding.concerns is not None
    assert finding.concerns.name == "peers"


SCALE = (
    "Page\n\nMethods: We gave 40 clients of peer workers the Medication Adherence Rating Scale (MARS). "
    "Results: The MARS score was {} among clients of peers."
)


@pytest.mark.parametrize(("word", "change"), [("higher", "increase"), ("lower", "decrease")])
def test_the_score_of_an_instrument_is_that_of_what_its_name_says(word: str, change: str) -> None:
    (finding,) = study_of(abstract_of(SCALE.format(word))).findings
    assert finding.outcome is not None
    assert (finding.outcome.value.name, finding.outcome.raw, finding.change) == (
        "medication-adherence",
        "MARS",
        change,
    )


def test_attitudes_to_an_outcome_are_not_the_outcome() -> None:
    text = (
        "Page\n\nMethods: We gave 40 clients of peer workers the Opioid Overdose Attitudes Scale (OOAS). "
        "Results: OOAS scores improved."
    )
    (finding,) = study_of(abstract_of(text)).findings
    assert (finding.outcome, finding.change) == (None, "increase")


UNUSED = [
    ("We did not use interviews.", set()),
    ("We used interviews.", {"interview"}),
    ("Eighty clients did not complete the survey.", {"survey"}),
    ("Surveys were sent out, rather than interviews.", {"survey"}),
    ("Clients of the observation group were surveyed.", {"survey"}),
    ("Clients were divided by random number tables.", {"rct"}),
    ("Six clinics were randomized.", {"cluster-rct"}),
    ("Clients of six clinics were randomly assigned to peers.", {"rct"}),
    ("Clients filled in the Zarit Burden Interview.", {"standardized-measure"}),
]


@pytest.mark.parametrize(("sentence", "expected"), UNUSED, ids=[one[0] for one in UNUSED])
def test_a_method_that_was_not_used_is_none(sentence: str, expected: set[str]) -> None:
    study = study_of(results_of("Hope rose.", methods=sentence))
    assert {method.value.name for method in study.methods} == expected


FOLLOWED = [
    ("Of 240 participants, 190 (79.2%) completed the 12-month follow-up.", [240, 190]),
    ("We enrolled 240 clients; 112 provided complete data.", [240, 112]),
    ("We enrolled 240 clients; 112 (47%) were women.", [240]),
    ("We enrolled 240 clients; 12 sessions were provided.", [240]),
    ("We compared 401 guests of six peer respites with 1,203 nonguests.", [401, 1203]),
    ("We asked 30 clients of teams that added two peer workers.", [30]),
    ("Clients were divided into a peer group (60 cases) and a control group (58 cases).", [60, 58]),
]


@pytest.mark.parametrize(("methods", "sizes"), FOLLOWED, ids=[one[0] for one in FOLLOWED])
def test_those_who_stayed_in_the_study_are_a_group(methods: str, sizes: list[int]) -> None:
    study = study_of(results_of("Hope rose.", methods=methods))
    assert [group.size.value for group in study.groups if group.size] == sizes


NAMED = [
    ("We studied the implementation of HOPE-ED, a program that places peers in hospitals.", ["HOPE-ED"]),
    ("Peers worked in KwaZulu, a program area.", []),
    ("Costs came from the Client Service Receipt Inventory.", []),
]


@pytest.mark.parametrize(("methods", "names"), NAMED, ids=[one[0] for one in NAMED])
def test_a_programme_is_named_by_what_is_said_of_it(methods: str, names: list[str]) -> None:
    study = study_of(results_of("Hope rose.", methods=methods))
    assert [programme.name.value for programme in study.programmes] == names


def test_a_programme_may_be_named_by_the_title_alone() -> None:
    study = study_of(abstract_of("The LIFT-UP Program for clients\n\nMethods: We surveyed 12 clients."))
    assert [programme.name.value for programme in study.programmes] == ["LIFT-UP Program"]


CLAUSES = [
    # auxiliaries, levels and things that the vocabulary does not know
    ("Psychotic symptoms had decreased.", [("Psychotic symptoms", "decrease")]),
    ("Preterm birth was not reduced.", [("Preterm birth", "no-difference")]),
    ("The groups were not reduced.", []),
    ("CD4 cell counts showed no significant difference between the two groups.",
     [("CD4 cell counts", "no-difference")]),
    ("Attitudes of family members toward treatment remained the same.",
     [("Attitudes of family members toward treatment", "no-difference")]),
    ("Fruit and vegetable intake rose.", [("Fruit and vegetable intake", "increase")]),
    ("Referrals to housing offices increased in all three services.",
     [("Referrals to housing offices", "increase")]),
    ("Four cases were lost to follow-up.", []),
    ("Coaches who had lost a client to overdose were grieving.", []),
    ("Walking pace dropped 8.2 km with visits and 2.9 km with letters.", [("Walking pace", "decrease")]),
    ("Body height was no different.", [("Body height", "no-difference")]),
    ("At 12 months SBP fell.", [("SBP", "decrease")]),
    # what somebody did more, or more often
    ("Clients were quicker to ask for help.", [("ask for help", "increase")]),
    ("Clients more often considered leaving.", [("considered leaving", "increase")]),
    ("Loneliness was less common with peers.", [("Loneliness", "decrease")]),
    ("Clients did not report more pain than others.", [("pain", "no-difference")]),
    ("Clients felt safer.", [("safer", "increase")]),
    # associations
    ("Higher pay was associated with job satisfaction but not with intent to stay.",
     [("job satisfaction", "increase"), ("intent to stay", "no-difference")]),
    ("No falls were related to the intervention.", []),
    ("Peer support was associated with neither hope nor empowerment.",
     [("hope", "no-difference"), ("empowerment", "no-difference")]),
    ("Had clients higher odds of staying for years (adjusted OR = 1.9; P = .01)?", [("staying", "increase")]),
    # the other way round
    ("Peer support increased depression remission.", [("depression remission", "increase")]),
    ("Time to the first readmission was longer.", [("Time to the first readmission", "increase")]),
    ("Peer support was superior to usual care for hope.", [("hope", "increase")]),
    ("Estimates favored peer support for hope.", [("hope", "increase")]),
    ("Estimates favored usual care for hope.", []),
    ("The reduction in loneliness was larger in the control group.", []),
    ("The reduction in loneliness was larger in the peer group.", [("loneliness", "decrease")]),
    ("Hope increased but returned to baseline.", [("Hope", "mixed")]),
    # what is needed does not undo what was found
    ("Wellbeing rose, although without controls this cannot be attributed to peers.",
     [("Wellbeing", "increase")]),
    ("Hope declined in both arms but declined less with peers.", []),
    ("Women had lower baseline hope than men.", []),
    ("Clients had more weeks in competitive jobs (mean difference, 4.2; P = .02).",
     [("weeks in competitive jobs", "increase")]),
    ("Mean scores were 3.4 points lower.", [("scores", "decrease")]),
    ("More respondents took part in May than in June.", []),
    ("Peers who could rest every week had better wellbeing.", [("wellbeing", "increase")]),
    ("Peers could have better wellbeing.", []),
    ("Wellbeing, measured by a form, fell.", [("Wellbeing", "decrease")]),
    ("The exercise compliance rate was higher.", [("exercise compliance rate", "increase")]),
    ("There was no statistical significance in the incidence of falls.", [("falls", "no-difference")]),
    ("Hope improved in neither group.", [("Hope", "no-difference")]),
    ("Hope improved in both groups.", [("Hope", "increase")]),
    ("There was no difference in achieving weight loss.", [("weight", "no-difference")]),
    ("Peer support had no effect on reducing readmission.", [("readmission", "no-difference")]),
    ("Low pay was the most frequently named barrier.", []),
    ("Clients were not more likely to seek work than others.", [("seek work", "no-difference")]),
    ("Length of stay and time to readmission were similar.",
     [("Length of stay", "no-difference"), ("time to readmission", "no-difference")]),
    ("The incidence of complications in the peer group was 7.1%, lower than 23.8% in the control group.",
     [("incidence of complications", "decrease")]),
    ("Before intervention, there was no difference in hope.", []),
    ("Many said their back pain had eased.", [("back pain", "decrease")]),
    # instruments only say how it was measured
    ("Clients had better social functioning as rated on the Personal and Social Performance scale.",
     [("social functioning", "increase")]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), CLAUSES, ids=[one[0] for one in CLAUSES])
def test_a_clause_says_what_changed(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert [one for one in told(sentence) if one[1] != "not-stated"] == expected


def test_remission_of_a_problem_is_an_improvement() -> None:
    (finding,) = study_of(results_of("Peer support increased depression remission.")).findings
    assert finding.direction.name == "improved"


def test_what_staff_tell_of_clients_is_about_clients() -> None:
    text = "Supervisors reported that peers made clients more willing to accept treatment."
    (finding,) = study_of(results_of(text)).findings
    assert finding.concerns is not None
    assert finding.concerns.name == "clients"


def test_an_end_of_a_name_that_is_said_once_belongs_to_both() -> None:
    study = study_of(
        results_of("Hope rose.", methods="We interviewed 12 adults with alcohol or opioid dependence.")
    )
    found = {population.value.name for population in study.populations}
    assert {"alcohol-use-disorder", "opioid-use-disorder"} <= found


def test_women_of_whom_only_a_result_tells_are_not_the_population() -> None:
    methods = "We interviewed 12 homeless veterans."
    study = study_of(results_of("Hope rose, and more so among women.", methods=methods))
    assert {population.value.name for population in study.populations} == {"homeless-veterans"}


def test_people_with_their_share_who_were_followed_are_a_group() -> None:
    methods = "Eighty clients took part; 61 participants (76%) were followed up, and 30 men (38%) were not."
    study = study_of(results_of("Hope rose.", methods=methods))
    assert [group.size.value for group in study.groups if group.size] == [80, 61]


AGES = [
    ("We interviewed 12 adults aged 75 or over.", True),
    ("We interviewed 12 adults over 65.", True),
    ("We interviewed 12 adults aged 18 to 65.", False),
]


@pytest.mark.parametrize(("methods", "old"), AGES, ids=[one[0] for one in AGES])
def test_people_are_old_by_their_age(methods: str, old: bool) -> None:
    study = study_of(results_of("Hope rose.", methods=methods))
    assert ("older-adults" in {population.value.name for population in study.populations}) == old


def test_respondents_of_a_survey_of_peers_are_peers() -> None:
    (finding,) = study_of(
        results_of("Wellbeing of respondents fell.", methods="We surveyed 40 peer workers.")
    ).findings
    assert finding.concerns is not None
    assert finding.concerns.name == "peers"
