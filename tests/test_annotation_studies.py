"""Who took part, what was used, by which methods, where, in which programme."""

from __future__ import annotations

import pytest

from kg.model import Report
from kg.source import Found
from tests.annotating import abstract_of, annotated, results_of, section_of, study_of

GROUPS = [
    ("We interviewed eight peer mentors.", [(8, "peer mentors", "peer-mentor", None)]),
    ("We surveyed 1,048 veterans.", [(1048, "veterans", None, "veterans")]),
    ("Forty-two women took part.", [(42, "women", None, "women")]),
    ("One hundred and twenty patients with schizophrenia were enrolled.",
     [(120, "patients with schizophrenia", None, "schizophrenia")]),
    ("Participants were 85 adults with serious mental illness.",
     [(85, "adults with serious mental illness", None, "serious-mental-illness")]),
    ("Interviews were held with the team of peers (N = 5).", [(5, "team of peers", "peer-worker", None)]),
    ("A sample of smokers (n=121, 62% women) completed a survey.", [(121, "smokers", None, "smokers")]),
    ("We interviewed 16 peer technicians and 12 vocational rehabilitation specialists.",
     [(16, "peer technicians", "peer-technician", None),
      (12, "vocational rehabilitation specialists", "vocational-rehabilitation-specialist", None)]),
    ("A total of 60 clients were randomized to peer mentors (n = 31) or usual care (n = 29).",
     [(60, "clients", None, None), (31, "peer mentors", None, None),
      (29, "usual care", None, None)]),
    ("We enrolled 40 clients; 22 met with a peer mentor and 18 did not.",
     [(40, "clients", None, None), (22, "met with a peer mentor", None, None), (18, "did not", None, None)]),
    ("A survey was sent to 90 peer mentors, and 61 responded.", [(61, "responded", None, None)]),
    ("We analysed data of N = 1,240 clients.", [(1240, "clients", None, None)]),
    ("We enrolled 40 clients (25 men [62%]).", [(40, "clients", None, None)]),
    ("Thirty clients joined a group led by two peer mentors.", [(30, "clients", None, None)]),
    ("We surveyed 12 peer mentors and 30 non-peer colleagues.",
     [(12, "peer mentors", "peer-mentor", None), (30, "non-peer colleagues", None, "non-peer-staff")]),
    ("Focus groups were conducted with peer workers and their supervisors.",
     [(None, "peer workers and their supervisors", "peer-worker", None)]),
    ("We recruited 30 peer specialists working in two hospitals.",
     [(30, "peer specialists working in two hospitals", "peer-specialist", None)]),
    ("We interviewed ten recovery coaches, hired for their own experience of addiction.",
     [(10, "recovery coaches, hired for their own experience of addiction", "peer-recovery-coach", None)]),
    # a number in brackets counts those who got what somebody gave
    ("We randomized 98 clients to a group led by peers (n = 49) or to calls from a peer mentor (n = 49).",
     [(98, "clients", None, None), (49, "group led by peers", None, None),
      (49, "calls from a peer mentor", None, None)]),
    ("Clients were randomized to five talks given by trained peer mentors with a refugee background (n=64).",
     [(64, "five talks given by trained peer mentors with a refugee background", None, None)]),
    ("We compared 30 clients with at least one peer specialist visit with 20 veterans.",
     [(30, "clients with at least one peer specialist visit", None, None), (20, "veterans", None, None)]),
    ("Of 90 clients, 45 were assigned to coaching and 45 to usual care.",
     [(90, "clients", None, None), (45, "coaching", None, None), (45, "usual care", None, None)]),
    ("We compared 64 clients who joined a club with 70 who did not.",
     [(64, "clients who joined a club", None, None), (70, "who did not", None, None)]),
    ("We compared 64 clients with 70 who did not join.",
     [(64, "clients", None, None), (70, "who did not join", None, None)]),
    ("We enrolled adults (60 in the peer arm, 61 in the control arm) and held 121 adults' data.",
     [(60, "in the peer arm", None, None), (61, "in the control arm", None, None),
      (121, "adults", None, None)]),
    ("We visited ten men's prisons, five of which had peer educators, and interviewed 15 prisoners.",
     [(15, "prisoners", None, None)]),
    ("We interviewed 17 Somali- and Arabic-speaking women.",
     [(17, "Somali- and Arabic-speaking women", None, "women")]),
    ("Clients (n = 30) were enrolled. Data on 30 participants were analysed.",
     [(30, "Clients", None, None)]),
    ("We enrolled ten adults aged 60 and over with depression.",
     [(10, "adults aged 60 and over with depression", None, None)]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), GROUPS, ids=[group[0] for group in GROUPS])
def test_people_who_took_part_are_groups(
    sentence: str, expected: list[tuple[int | None, str, str | None, str | None]]
) -> None:
    groups = study_of(section_of("methods", sentence)).groups
    assert [(g.size.value if g.size else None, g.description.raw) for g in groups] == [
        e[:2] for e in expected
    ]
    assert [g.role.value.name if g.role else None for g in groups] == [e[2] for e in expected]
    if expected[0][3]:
        assert [g.population.value.name if g.population else None for g in groups] == [e[3] for e in expected]


NO_GROUPS = [
    "We held two groups of peer support each week for 12 months.",
    "Four program theories and three themes were developed.",
    "In 2016 the program began; 62% were women aged 18 to 65 years.",
    "Data came from 383 contact log entries and 45 interviews.",
    "The team met at 6 and 12 weeks in four integrated youth service hubs.",
]


@pytest.mark.parametrize("sentence", NO_GROUPS)
def test_what_is_counted_and_is_not_people_is_no_group(sentence: str) -> None:
    assert study_of(section_of("methods", sentence)).groups == ()


def test_people_of_the_background_did_not_take_part() -> None:
    study = study_of(
        abstract_of("T\n\nBackground: 20 million adults need help. Methods: We asked 12 adults.")
    )
    assert [group.size.value for group in study.groups if group.size] == [12]


DATA = [
    ("Data came from 383 contact log entries.", [(383, "contact log entries")]),
    ("We reviewed 40 medical records and observed 12 visits.", [(40, "medical records"), (12, "visits")]),
    ("Drawing on 45 interviews, we studied the roles.", [(45, "interviews")]),
    ("We searched three databases and included 23 studies.", [(23, "studies")]),
    ("Clients of two county jails and one women's prison received eight calls.",
     [(2, "county jails"), (1, "women's prison")]),
    ("This hybrid type 1 trial took place in six crisis teams.", [(6, "crisis teams")]),
    ("There were 212 enrollments in four districts. A pilot trial (N=60) follows.",
     [(212, "enrollments"), (4, "districts")]),
    ("We analyzed data of clients assigned to six visits in one shelter.", [(1, "shelter")]),
    ("Two raters scored 60 audio-recorded sessions of peers, who held 12 sessions each.",
     [(60, "audio-recorded sessions")]),
    ("All were respondents in a national survey of peers.",
     [(None, "respondents in a national survey of peers")]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), DATA, ids=[data[0] for data in DATA])
def test_data_are_counted_apart_from_people(sentence: str, expected: list[tuple[int | None, str]]) -> None:
    data = study_of(section_of("methods", sentence)).data
    assert [(d.count.value if d.count else None, d.description.raw) for d in data] == expected


METHODS = [
    ("We conducted a randomized controlled trial.", {"rct"}),
    ("Patients were randomised to coaching or usual care.", {"rct"}),
    ("Semi-structured interviews were analysed using thematic analysis.",
     {"semi-structured-interview", "thematic-analysis"}),
    ("We did a case study of the implementation process.", {"case-study", "implementation-study"}),
    ("Using a quasi-experimental design, we compared two sites.", {"quasi-experimental"}),
    ("We pooled randomized trials in a systematic review.", {"systematic-review"}),
    ("The design and analysis are described.", set()),
    ("Outcomes came from record review and interviews.", {"records", "interview"}),
    ("Hope was measured with the Herth Hope Index.", {"standardized-measure"}),
    ("Clients were randomly divided into two groups.", {"rct"}),
    ("Clients completed a questionnaire on hope before and after the course.", {"pre-post", "survey"}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), METHODS, ids=[method[0] for method in METHODS])
def test_methods_are_read_from_their_section(sentence: str, expected: set[str]) -> None:
    assert {c.value.name for c in study_of(section_of("methods", sentence)).methods} == expected


def test_methods_of_other_studies_are_not_its_own() -> None:
    text = (
        "T\n\nPrevious studies used randomized trials. We conducted focus groups with peer workers. "
        "Future research should use a cohort study."
    )
    assert {c.value.name for c in study_of(abstract_of(text)).methods} == {"focus-group"}


@pytest.mark.parametrize(
    "plan",
    ["The next step is a randomized trial.", "A cohort study is needed.", "Future trials should follow."],
)
def test_a_design_that_is_planned_is_not_that_of_the_study(plan: str) -> None:
    assert {c.value.name for c in study_of(results_of(plan)).methods} == {"survey"}


def test_peers_who_were_heard_are_a_population() -> None:
    heard = study_of(section_of("methods", "We interviewed six peer mentors."))
    served = study_of(
        section_of("methods", "We randomized 40 clients to peer mentors (n = 20) or none (n = 20).")
    )
    assert {c.value.name for c in heard.populations} == {"peer-workers-as-participants"}
    assert served.populations == ()


PLACES = [
    ("Peers met clients weekly in person or by telephone.", {"telephone"}),
    ("Clients were interviewed by telephone.", set()),
    ("Coaching was delivered by video.", {"online"}),
    ("The trial ran in eight hospitals.", {"general-hospital"}),
    ("Clients with fewer hospital admissions took part.", set()),
]


@pytest.mark.parametrize(("sentence", "expected"), PLACES, ids=[place[0] for place in PLACES])
def test_a_setting_is_where_support_takes_place(sentence: str, expected: set[str]) -> None:
    assert {c.value.name for c in study_of(section_of("methods", sentence)).settings} == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [("Clients learned the soft skills of workplace interaction.", set()),
     ("Hope rose in hospitals.", {"general-hospital"})],
)  # fmt: skip
def test_a_result_names_a_setting_only_where_it_was_found(sentence: str, expected: set[str]) -> None:
    assert {c.value.name for c in study_of(results_of(sentence)).settings} == expected


def test_methods_stand_in_keywords_too() -> None:
    text = "Grounded theory; peer support\n\nWe interviewed six peer mentors."
    report = abstract_of("T\n\nWe interviewed six peer mentors.")
    keyword = Found(text[:15], text[:15], 500)
    study = study_of(Report(title=report.title, sections=report.sections, author_keywords=(keyword,)))
    assert "grounded-theory" in {c.value.name for c in study.methods}


ROLES = [
    ("Peer mentors at work\n\nWe interviewed six peer mentors.", {"peer-mentor"}),
    ("Peers at work\n\nPeer support matters. We interviewed six peers who help others.", {"peer-worker"}),
    ("Work\n\nPeer navigation is a model of care. We surveyed clients.", {"peer-navigator"}),
    ("Work\n\nRecovery coaches exist elsewhere too. Many hire peer advocates. We interviewed peer mentors.",
     {"peer-recovery-coach", "peer-mentor"}),
    ("School friends\n\nWe asked 20 students about their peers and families.", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ROLES, ids=[role[0] for role in ROLES])
def test_roles_are_those_the_study_is_about(text: str, expected: set[str]) -> None:
    assert {c.value.name for c in study_of(abstract_of(text)).roles} == expected


POPULATIONS = [
    (
        "Peers\n\nWe surveyed homeless veterans with opioid use disorder.",
        {"homeless-veterans", "opioid-use-disorder"},
    ),
    ("Peers\n\nWe surveyed women with depression.", {"women", "depression"}),
    (
        "Peers\n\nWe surveyed people with bipolar disorder and depression (71% women).",
        {"bipolar", "depression"},
    ),
    ("Peers\n\nWe surveyed adults released from prison.", {"reentry"}),
    ("Peers\n\nWe measured depression and depressive symptoms in volunteers.", set()),
    ("Peers\n\nWe surveyed 131 volunteers, of whom 88 (67%) were men.", set()),
    ("Peers\n\nWe surveyed volunteers. Refugees and people with HIV were excluded.", set()),
    ("Peers\n\nWe surveyed volunteers, excluding veterans with psychosis.", set()),
    ("Peers\n\nWe surveyed volunteers. Earlier trials among soldiers were small.", set()),
    ("Peers\n\nWe surveyed volunteers. Hope rose. A trial with rural families is under way.", set()),
    (
        "Peers\n\nYoung adults with psychosis feel alone. We surveyed peers.",
        {"transition-age-youth", "psychosis"},
    ),
    ("Peers\n\nHope is rare among young adults with psychosis. We surveyed peers.", set()),
    ("Peers\n\nWe surveyed posts of the Association of Black Veterans on psychiatric inpatient days.", set()),
    ("Peers\n\nWe surveyed veterans. Future research should include refugees.", {"veterans"}),
]


@pytest.mark.parametrize(("text", "expected"), POPULATIONS, ids=[population[0] for population in POPULATIONS])
def test_populations_are_people_served_or_taking_part(text: str, expected: set[str]) -> None:
    assert {c.value.name for c in study_of(abstract_of(text)).populations} == expected


SETTINGS = [
    (
        "Peers\n\nWe interviewed peer workers in two homeless shelters and a county jail.",
        {"homeless-shelter", "prison"},
    ),
    ("Peers\n\nWe interviewed peer workers in hospitals.", {"general-hospital"}),
    ("Peers\n\nWe interviewed peer workers after hospital admission.", set()),
    (
        "Peers\n\nWe interviewed peer workers in dialysis units and crisis teams.",
        {"health-setting", "crisis-service"},
    ),
    ("Peers\n\nWe interviewed peer workers of clinics and crisis teams.", {"crisis-service"}),
    (
        "Peers\n\nWe interviewed peer workers. Help was offered by telephone and at home.",
        {"telephone", "home"},
    ),
    ("Peers\n\nWe interviewed peer workers who felt at home.", set()),
    (
        "Peers\n\nWe interviewed peer workers who met clients for six months in the community.",
        {"community-setting"},
    ),
    ("Peers\n\nWe interviewed peer workers about community integration.", set()),
    ("Peers in Fairfax, VA 22030\n\nWe interviewed mentors.", set()),
    ("Peers\n\nWe interviewed peer workers. Future studies should visit prisons.", set()),
]


@pytest.mark.parametrize(("text", "expected"), SETTINGS, ids=[setting[0] for setting in SETTINGS])
def test_settings_are_places(text: str, expected: set[str]) -> None:
    assert {c.value.name for c in study_of(abstract_of(text)).settings} == expected


PROGRAMMES = [
    ("We studied a peer program called LANTERN.", ["LANTERN"]),
    ("In 2016, a service named “Open Door” was launched. We interviewed its peers.", ["Open Door"]),
    ("We studied the Bridge Youth (BY) services. Staff of the BY program were interviewed.", ["BY program"]),
    ("This study followed mentors of a 6 month peer-led intervention.", ["6 month peer-led intervention"]),
    ("We interviewed the staff of the program.", []),
    ("We interviewed staff of the VA.", []),
]


@pytest.mark.parametrize(("sentence", "expected"), PROGRAMMES, ids=[programme[0] for programme in PROGRAMMES])
def test_programmes_have_names(sentence: str, expected: list[str]) -> None:
    study = study_of(abstract_of(f"T\n\n{sentence}"))
    assert [programme.name.raw for programme in study.programmes] == expected


def test_a_programme_knows_when_it_started() -> None:
    study = study_of(
        abstract_of("T\n\nIn 2016, a peer program called LANTERN was implemented. We interviewed staff.")
    )
    (programme,) = study.programmes
    assert programme.started is not None
    assert (str(programme.started.value), programme.started.raw) == ("2016", "2016")
    assert programme.quote.raw == "In 2016, a peer program called LANTERN was implemented"


NO_STUDIES = [
    "Why peers matter\n\nPeer support is a human right. Governments should pay for it.",
    "Peers\n\nPeer support workers inspire hope. They work in prisons and hospitals.",
]


@pytest.mark.parametrize("text", NO_STUDIES)
def test_a_text_without_inquiry_is_no_study(text: str) -> None:
    assert annotated(abstract_of(text)).study is None


def test_a_report_without_study_has_facets() -> None:
    report = annotated(abstract_of(NO_STUDIES[1]))
    assert [concept.value.name for concept in report.facets] == [
        "peer-support-worker",
        "prison",
        "general-hospital",
    ]


def test_two_arms_of_a_size_are_two_groups() -> None:
    report = section_of(
        "methods", "We compared 120 Veterans with a peer host and 120 matched Veterans without one."
    )
    assert [group.size.value for group in study_of(report).groups if group.size] == [120, 120]


@pytest.mark.parametrize(
    ("sentence", "sizes"),
    [
        ("Participants were twelve (12) peer specialists.", [12]),
        ("We interviewed peer specialists (N = five) and a dozen Veterans.", [5, 12]),
        ("1,128 of 3,905 invited specialists responded.", [1128]),
        ("Of 3,905 invited peers, 1,128 responded, and 801 who worked full time were included.", [1128, 801]),
        ("We recruited 120 parents, of whom 88 also completed the six-month survey.", [120, 88]),
        ("Clients who met with a peer specialist monthly (N=97) and those who did not (N=121) took part.",
         [97, 121]),
        ("People were randomly divided into an intervention group (n=48) and a control group (n=48).",
         [48, 48]),
        ("Field notes of peers (n = 212) were coded.", []),
        ("We held 34 interviews: 15 with women and 11 with peer doulas.", [15, 11]),
        ("We reviewed 17 studies with 8,906 clients.", []),
        ("Of 212 clients, 165 were enrolled; 82 met a peer and 83 did not.", [212, 165, 82, 83]),
        ("We followed 1,310 clients (467 with a peer).", [1310, 467]),
        ("We surveyed 233 clients and interviewed 27 of them.", [233, 27]),
        ("A pilot trial (N=60) followed 188 students (female: n=121, 64.4%).", [60, 188]),
        ("We enrolled 640 clients; 322 were assigned to a peer who called seven times, and 318 to mail.",
         [640, 322, 318]),
        ("We met 22 tangata whaiora (service users).", [22]),
        ("We compared 1,960 Veterans who met a peer and 1,960 matched Veterans who did not.", [1960, 1960]),
        ("We sent a survey to 30 peer visitors, of whom 24 replied.", [24]),
        ("We enrolled 80 clients. Twelve peer mentors, all of whom were paid, led groups.", [80]),
        ("We enrolled 80 clients and trained, then surveyed, 12 peer mentors.", [80, 12]),
        ("We enrolled 80 clients; 38 in the peer group and 35 in the control group completed follow-up.",
         [80, 38, 35]),
    ],
)  # fmt: skip
def test_those_are_counted_who_took_part(sentence: str, sizes: list[int]) -> None:
    study = study_of(section_of("methods", sentence))
    assert [group.size.value for group in study.groups if group.size] == sizes


def test_those_who_give_the_support_are_no_arm_and_no_participants() -> None:
    study = study_of(
        section_of(
            "methods",
            "Veterans were randomized to sessions with a peer coach (intervention group; n = 108) or usual "
            "care (n = 107). Clients who met with a peer specialist weekly (N=97) were compared with others.",
        )
    )
    assert {group.role for group in study.groups} == {None}
    assert "peer-workers-as-participants" not in {found.value.name for found in study.populations}


def test_data_have_their_number_in_brackets_too() -> None:
    (item,) = study_of(section_of("methods", "Field notes of peers (n = 212) were coded.")).data
    assert (item.description.raw, item.count and item.count.value) == ("Field notes of peers", 212)


def test_instruments_are_known_by_their_short_names() -> None:
    for name in ("PHQ-8", "CES-D", "GAD-7"):
        study = study_of(section_of("methods", f"Distress was measured with the {name} at baseline."))
        assert [found.raw for found in study.methods] == [name]


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("We evaluated the LOFT program in two clinics.", ["LOFT program"]),
        ("Veterans were enrolled in the Veterans Coordinated Home Care (3C) Study.",
         ["Veterans Coordinated Home Care (3C) Study"]),
        ("We describe Door-to-Door, a peer-led education program, at three sites.", ["Door-to-Door"]),
        ("We evaluated Post-Incarceration Contact (PIC), a program for Veterans.",
         ["Post-Incarceration Contact (PIC)"]),
        ("This study tested Peer-Led Rowing for Pain (PLRP).", ["Peer-Led Rowing for Pain (PLRP)"]),
        ("LANTERN-Home is an outreach program.", ["LANTERN-Home"]),
        ('We tested the "Rowing Home, Together" peer navigation program.', ["Rowing Home, Together"]),
        ('Peers spoke of "being there" as a program of work.', []),
        ("We tested whether ROW-HOME reduces admissions.", ["ROW-HOME"]),
        ("We tested whether PTSD reduces hope.", []),
        ("We evaluated ROW with a Peer, a 16-week program.", ["ROW with a Peer"]),
        ("Clients received a weekly peer bridger program or usual care.", ["weekly peer bridger program"]),
        ("Clients were randomized to telephone peer mentoring or usual care.", ["telephone peer mentoring"]),
        ("We evaluated a self-care course delivered by trained peer mentors.",
         ["self-care course delivered by trained peer mentors"]),
        ("Clients received any peer program or none. Clients liked the services.", []),
        ("Clients received a peer bridger program called LANTERN.", ["LANTERN"]),
        ("Peer specialists delivered Rowing Home, a group intervention.", ["Rowing Home"]),
        ("In New York, a peer program was opened.", []),
        ("Participants in Ohio, a rural state with one program, were surveyed.", []),
        ("We evaluated Posttraumatic Stress Disorder (PTSD) symptoms.", []),
        ("We tested Quality of Life (QOL) at baseline.", []),
        ("Recovery was tested with the Recovery Assessment Scale (RAS).", []),
        ("The National Institute of Lakes (NIL) Project funded the work.", []),
        ("Staff received a six-hour training and completed a six-month survey and focus groups.", []),
    ],
)  # fmt: skip
def test_programmes_are_named(sentence: str, names: list[str]) -> None:
    study = study_of(section_of("methods", sentence))
    assert [programme.name.raw for programme in study.programmes] == names


def test_a_part_of_the_name_of_a_programme_is_no_outcome() -> None:
    report = section_of("objectives", "We evaluated Post-Incarceration Engagement (PIE) in two prisons.")
    assert annotated(report).findings == ()


def test_where_nobody_is_named_there_are_no_participants() -> None:
    fossils = "Species\n\nWe measured 41 species of theropods (n = 68) and 12 skulls (n = 12)."
    assert annotated(abstract_of(fossils)).study is None or not study_of(abstract_of(fossils)).groups


def test_those_who_only_opened_a_questionnaire_are_no_group() -> None:
    text = "Peers\n\nWe conducted an online survey. "
    text += "Of 388 respondents who opened the link, 302 peer support workers completed the survey."
    assert [g.size.value for g in study_of(abstract_of(text)).groups if g.size] == [302]


def test_peers_who_were_surveyed_without_a_number_took_part() -> None:
    text = "Burnout\n\nWe surveyed certified peer specialists in four states; 801 people responded."
    assert "peer-workers-as-participants" in {c.value.name for c in study_of(abstract_of(text)).populations}


def test_the_youth_of_homeless_youth_are_youth() -> None:
    text = "Peers\n\nWe interviewed homeless youth. Parents of autistic children took part in groups."
    assert {"homeless", "youth"} <= {c.value.name for c in study_of(abstract_of(text)).populations}
    assert "children" not in {c.value.name for c in study_of(abstract_of(text)).populations}


@pytest.mark.parametrize(
    "limit",
    [
        "Without a control group these gains in hope cannot be attributed to peer support.",
        "Effects on employment remain uncertain.",
        "We did not assess hope.",
        "The sponsors had no role in the recovery programme.",
        "The study was funded by a charity for hope.",
    ],
)
def test_what_a_study_cannot_say_is_no_result(limit: str) -> None:
    report = annotated(abstract_of(f"Peers\n\nMethods: We surveyed 40 clients. Results: {limit}"))
    assert not [finding for finding in report.findings if finding.basis.name == "own-result"]


def test_a_background_that_comes_to_the_study_tells_of_its_methods() -> None:
    brief = (
        "Peer groups are rare. Researchers surveyed 412 clients. Earlier work with 30 prisoners found little."
    )
    assert [
        group.size and group.size.value for group in study_of(section_of("background", brief)).groups
    ] == [412]


def test_a_method_has_its_place_where_it_was_used() -> None:
    abstract = "Peers\n\nMethods: We surveyed 40 clients.\n\nResults: Clients valued the survey."
    study = study_of(abstract_of(abstract))
    assert [found.raw for found in study.methods] == ["We surveyed"]


def test_a_short_form_that_the_text_gives_is_what_it_stands_for() -> None:
    study = study_of(
        abstract_of(
            "Peer support\n\nMETHODS: Nurses of peer clients with heart failure (HF) and a skin rash "
            "(SR) were asked. "
            "RESULTS: Adults with HF and SR had less internalized stigma (IS). IS was low, as was PIS."
        )
    )
    assert [(population.value.name, population.raw) for population in study.populations] == [
        ("chronic-illness", "clients with heart failure")
    ]
    assert [finding.outcome.raw for finding in study.findings if finding.outcome] == [
        "internalized stigma",
        "IS",
    ]
