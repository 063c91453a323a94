from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.model import Report
from kg.problems import Problem
from kg.source import Found, Source
from kg.sources import zh_record_page
from tests.building import assert_in_place

SEEDS = Path(__file__).parent.parent / "seeds"
BULLETED = next(SEEDS.glob("002_*.txt")).read_bytes().decode()
OWN_LINE = next(SEEDS.glob("004_*.txt")).read_bytes().decode()
PAGES = [
    *sorted(SEEDS.glob("00[24]_*.txt")),
    *sorted(
        path
        for path in (Path(__file__).parent / "samples" / "zh_record_page").glob("*.txt")
        if not path.name.endswith(".problems.txt")
    ),
]
LABELS = ("作者", "机构", "关键词", "D O I", "中图分类号", "学科分类号", "摘要", "引用", "收藏", "相关论文")


def source(text: str) -> Source:
    return Source.from_bytes("page.txt", text.encode())


def read(text: str) -> Report:
    (report,) = (r for r in zh_record_page.read(source(text)) if isinstance(r, Report))
    return report


def problems(text: str) -> list[str]:
    return [r.code for r in zh_record_page.read(source(text)) if isinstance(r, Problem)]


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, f"{old!r} is not in the seed"
    return text.replace(old, new, 1)


def without(text: str, label: str) -> str:
    """The text without the section under a label."""
    others = "|".join(other for other in (*LABELS, "页码:.*", "页数:.*") if other != label)
    shorter, cuts = re.subn(rf"(?ms)^{label}\n.*?(?=^(?:{others})$|\Z)", "", text, count=1)
    assert cuts == 1
    return shorter


def values(found: Any) -> Any:
    """A record as plain values, without places."""
    if isinstance(found, Found):
        return found.value
    if isinstance(found, tuple):
        return tuple(values(item) for item in found)
    if hasattr(found, "__slots__") and hasattr(found, "__dataclass_fields__"):
        return {name: values(getattr(found, name)) for name in found.__dataclass_fields__}
    return found


def names(report: Report) -> list[str]:
    return [authorship.name_as_printed.value for authorship in report.authorships]


# -- what the seeds say, and what they would say if they said something else -----------------------


def test_the_number_of_citations_follows_the_page() -> None:
    report = read(changed(BULLETED, "被引:3", "被引:1,204 次"))
    assert report.times_cited is not None
    assert (report.times_cited.value, report.times_cited.raw) == (1204, "1,204")


def test_the_title_follows_the_page() -> None:
    title = OWN_LINE.split("\n", 1)[0]
    assert values(read(OWN_LINE).title) == title
    assert (
        values(read(changed(OWN_LINE, title, "Une étude d’ailleurs: «ici»")).title)
        == "Une étude d’ailleurs: «ici»"
    )


def test_the_title_is_the_paragraph_above_the_first_section() -> None:
    text = f"首页\nSearch results\n\n{OWN_LINE}"
    assert values(read(text)) == values(read(OWN_LINE))
    assert problems(text) == ["unread-line", "unread-line", "fewer-references-than-stated"]


def test_a_translated_title_is_reported_and_a_wrapped_one_joined() -> None:
    page = OWN_LINE.split("\n", 1)[1]
    assert values(read(f"A title\n标题\n{page}").title) == "A title"
    assert problems(f"A title\n标题\n{page}")[0] == "second-title"
    assert values(read(f"A title on\ntwo lines\n{page}").title) == "A title on two lines"
    assert problems(f"A title on\ntwo lines\n{page}")[0] == "title-on-several-lines"


def test_authors_stand_in_the_order_of_the_page() -> None:
    before = names(read(OWN_LINE))
    first, second = (f"{name} [1 ]" for name in before[:2])
    swapped = OWN_LINE.replace(first, "\0").replace(second, first).replace("\0", second)
    assert names(read(swapped)) == [before[1], before[0], *before[2:]]
    assert [a.position for a in read(swapped).authorships] == [1, 2, 3, 4]


def test_affiliations_follow_the_numbers_behind_the_name() -> None:
    report = read(changed(BULLETED, "Mardi [3 ]", "Mardi [5 ,1 ]"))
    printed = [affiliation.institution.name.value for affiliation in report.authorships[1].affiliations]
    assert printed == ["Univ Toronto", "Univ Ottawa"]


def test_a_number_without_an_address_is_a_problem_that_names_both() -> None:
    text = changed(BULLETED, "Mardi [3 ]", "Mardi [9 ]")
    found = [r for r in zh_record_page.read(source(text)) if isinstance(r, Problem)]
    problem = next(problem for problem in found if problem.code == "no-affiliation")
    assert problem.message == "author 'Daley, Mardi' refers to [9], but the list ends at [5]"
    assert problem.line == 6
    assert read(text).authorships[1].affiliations == ()


def test_a_state_is_a_state_and_not_an_agency() -> None:
    place = read(OWN_LINE).authorships[0].affiliations[0].institution
    assert (values(place.city), values(place.region), values(place.postcode)) == ("Fairfax", "VA", "22030")
    moved = read(changed(OWN_LINE, "Fairfax, VA 22030 USA", "Ames, IA 50011 USA"))
    place = moved.authorships[0].affiliations[0].institution
    assert (values(place.city), values(place.region), values(place.country)) == ("Ames", "IA", "USA")


@pytest.mark.parametrize("text", [BULLETED, OWN_LINE], ids=["bulleted", "own-line"])
@pytest.mark.parametrize(
    ("label", "fields"),
    [
        ("作者", {"authorships"}),
        ("机构", {"authorships"}),
        ("关键词", {"author_keywords", "keywords_plus"}),
        ("D O I", {"doi"}),
        ("中图分类号", {"subject_classes"}),
        ("摘要", {"sections"}),
        ("相关论文", {"reference_total", "references"}),
    ],
)
def test_a_section_that_is_gone_takes_its_own_fields_along_and_no_other(
    text: str, label: str, fields: set[str]
) -> None:
    whole, shorter = values(read(text)), values(read(without(text, label)))
    assert zh_record_page.recognises(source(without(text, label)))
    assert {name for name in whole if whole[name] != shorter[name]} == fields


@pytest.mark.parametrize("text", [BULLETED, OWN_LINE], ids=["bulleted", "own-line"])
def test_each_reference_can_be_removed_alone(text: str) -> None:
    begin = r"(?m)^(?:  • )?\[\d+\] .*\n"
    list_of = text.index("共 ")
    starts = [list_of + match.start() for match in re.finditer(begin, text[list_of:] + "\n")]
    whole = [values(citation.work) for citation in read(text).references]
    assert len(starts) == len(whole) == 10
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else len(text)
        report = read(text[:start] + text[end:])
        assert [values(citation.work) for citation in report.references] == whole[:place] + whole[place + 1 :]
        assert [citation.position for citation in report.references] == list(range(1, 10))


def test_a_reference_follows_the_page() -> None:
    text = changed(OWN_LINE, "Buck, Gillian .", "Adeyemi, Tolu B. ;\nvon Rhein, Ida .")
    text = changed(text, "CRIMINOLOGY & CRIMINAL JUSTICE, 2018, 18 (02) :190-206", "X, Y & Z, 1999, (3) :e7")
    work = read(text).references[5].work
    assert work is not None
    assert names(work) == ["Adeyemi, Tolu B.", "von Rhein, Ida"]
    assert work.journal is not None
    assert values((work.journal.name, work.volume, work.issue, work.pages)) == ("X, Y & Z", None, "3", "e7")
    assert str(values(work.issued)) == "1999"


def test_headings_follow_the_page() -> None:
    text = changed(BULLETED, "themselves.MethodsSemi", "themselves.AimsTo ask.MethodsSemi")
    kinds = [section.kind for section in read(text).sections]
    assert kinds == ["background", "objectives", "methods", "results", "conclusions"]


def test_an_abstract_without_headings_is_one_section() -> None:
    (section,) = read(OWN_LINE).sections
    assert (section.kind, section.heading, section.inferred) == ("", None, False)


def test_journal_and_year_are_not_guessed() -> None:
    report = read(OWN_LINE)
    assert (report.journal, report.issued, report.volume, report.issue) == (None, None, None, None)


def test_journal_and_year_are_read_where_the_page_has_them() -> None:
    text = changed(OWN_LINE, "关键词\n", "来源\nPRISON SERVICE JOURNAL | 2022年 / 61卷 / 05期\n关键词\n")
    report = read(text)
    assert report.journal is not None
    assert values((report.journal.name, report.volume, report.issue)) == (
        "PRISON SERVICE JOURNAL",
        "61",
        "05",
    )
    assert str(values(report.issued)) == "2022"


def test_of_two_totals_the_first_is_kept_and_the_other_reported() -> None:
    text = changed(OWN_LINE, "共 24 条", "共 10 条\n共 24 条")
    assert values(read(text).reference_total) == 10
    assert problems(text) == ["unread-line"]


@pytest.mark.parametrize("before", ["学科分类号\n", "摘要\n", "被引:1\n"])
def test_an_unknown_section_behind_chinese_words_or_a_number_is_reported(before: str) -> None:
    text = changed(OWN_LINE, before, f"{before}资助项目\n" if "被引" in before else f"资助项目\n{before}")
    assert problems(text) == ["section-not-read", "fewer-references-than-stated"]
    assert values(read(text)) == values(read(OWN_LINE))


def test_a_reference_list_shorter_than_stated_is_said_and_not_filled() -> None:
    assert problems(OWN_LINE) == ["fewer-references-than-stated"]
    assert problems(changed(OWN_LINE, "共 24 条", "共 10 条")) == []


def test_an_unknown_section_is_reported_with_its_line_and_ends_the_one_before() -> None:
    text = changed(OWN_LINE, "关键词\n", "资助项目\nGrant 7\n关键词\n")
    found = [r for r in zh_record_page.read(source(text)) if isinstance(r, Problem)]
    problem = next(problem for problem in found if problem.code == "section-not-read")
    assert (problem.line, problem.severity) == (11, "info")
    assert "资助项目" in problem.message
    assert "Grant 7" in problem.message
    assert values(read(text)) == values(read(OWN_LINE))


@pytest.mark.parametrize("text", [BULLETED, OWN_LINE], ids=["bulleted", "own-line"])
def test_bars_and_blank_lines_between_the_sections_change_nothing(text: str) -> None:
    wide = re.sub(rf"(?m)^({'|'.join(LABELS)}|页码:.*|页数:.*)$", r"|\n\n\1\n|\n", text)
    assert wide.count("|") > 12
    assert values(read(wide)) == values(read(text))


@pytest.mark.parametrize("text", [BULLETED, OWN_LINE], ids=["bulleted", "own-line"])
def test_full_width_punctuation_changes_nothing(text: str) -> None:
    wide = text.replace("被引:", "被引：").replace("页数:", "页数：").replace("页码:", "页码：")
    wide = re.sub(r"(?m)^(\S.*) \[([\d ,]+)\]$", lambda m: f"{m[1]} ［{m[2].replace(',', '，')}］", wide)
    found, expected = values(read(wide)), values(read(text))
    for authorship in (*found["authorships"], *expected["authorships"]):
        del authorship["quote"]
    assert found == expected


def test_labelled_keyword_lists_need_no_capitals_to_be_told_apart() -> None:
    text = changed(OWN_LINE, "关键词\n", "作者关键词\nHIV; PTSD;\nKeywords Plus\nrecovery\n关键词\n")
    report = read(text)
    assert [word.value for word in report.author_keywords[:2]] == ["HIV", "PTSD"]
    assert "recovery" in [word.value for word in report.keywords_plus]


def test_two_pages_in_one_file_are_two_records() -> None:
    reports = [r for r in zh_record_page.read(source(f"{BULLETED}\n\n{OWN_LINE}")) if isinstance(r, Report)]
    assert [values(report) for report in reports] == [values(read(BULLETED)), values(read(OWN_LINE))]


def leaves(value: Any) -> list[Found[Any]]:
    """The places of a record and the records in it, but not the quotes, which hold the rest of their line."""
    if isinstance(value, Found):
        return [value]
    if isinstance(value, tuple):
        return [leaf for item in value for leaf in leaves(item)]
    if hasattr(value, "__dataclass_fields__"):
        names = (name for name in value.__dataclass_fields__ if name != "quote")
        return [leaf for name in names for leaf in leaves(getattr(value, name))]
    return []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_word_of_the_page_is_read_or_reported(path: Path) -> None:
    page = Source.from_bytes(path.name, path.read_bytes())
    left = list(page.text)
    read_already = set()
    for record in zh_record_page.read(page):
        if isinstance(record, Problem):
            assert record.start is not None
            assert record.end is not None
            left[record.start : record.end] = " " * (record.end - record.start)
        else:
            for leaf in leaves(record):
                left[leaf.start : leaf.end] = " " * len(leaf.raw)
                read_already.add(str(leaf.value).casefold())
    text = "".join(left).casefold()
    for twice in read_already:
        text = text.replace(twice, "") if len(twice) > 8 else text
    furniture = rf"(?m)^(?:{'|'.join(LABELS).lower()}|来源|被引|页码|页数|共)|条$|年|卷|期|\[[jmd]\]|doi"
    numbers = r"[\[［][\d\s,，]+[\]］]|\b[vp](?= )|artn"
    assert re.findall(r"\w+", re.sub(f"{furniture}|{numbers}", "", text.replace("\r", ""))) == []


# -- recognition ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "作者\n机构\n关键词\n摘要\n",
        "被引:3\n页数:4\nD O I\n10.5555/x\n",
        "The word 作者 in a sentence.\n被引:3 is the count.\n",
        "Authors\nKim, S\nAbstract\nText.\n",
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not zh_record_page.recognises(Source("page.txt", text, ""))


def test_a_page_with_little_on_it_is_recognised() -> None:
    assert zh_record_page.recognises(source("Title\n\n被引:0\n作者\nKim, S\n页数:3\n"))


# -- anything at all -----------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "Title", "被引:3", "被引:", "作者", "Kim, S [1 ]", "[Anonymous]", "王伟 [1 ,2 ]", "机构",
        "[1] Univ X, USA", "[1]", "关键词", "a; B;", ";", "D O I", "10.5555/x", "中图分类号", "R7 [x];",
        "[x]", "摘要", "Aim: a.", "AimsTo b.ResultsC", "引用", "收藏", "页码:1 / 2", "页码:/", "页数:0",
        "相关论文", "共 3 条", "共 ,, 条", "|", "", "[2] \u00a0 T [J].", "[J].", "A, B ;", "C, D .",
        "J X, 2001, 3 (2) :4-5", "• [3] A B, 2001, J, V, P", "  • [4] T", ", 2001", "来源",
        "J | 2012年 / 7卷", "基金", "[[", "]", "\u2028", "[５] Ｂ，２００１",
    ]
)  # fmt: skip


@example(["作者", "：", "D O I", ":"], "\n")
@given(st.lists(PIECES | st.text(max_size=30), max_size=40), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(deadline=None, max_examples=400)
def test_no_text_breaks_the_reader_and_every_value_is_at_its_place(pieces: list[str], end: str) -> None:
    text = end.join(pieces)
    page = Source("page.txt", text, "")
    zh_record_page.recognises(page)
    for record in zh_record_page.read(page):
        assert_in_place(record, text)


@pytest.mark.parametrize(
    ("under", "piece"),
    [
        ("作者", "A, B ;"),
        ("作者", "[1 ,"),
        ("机构", "[1] Univ X, "),
        ("关键词", "A; "),
        ("中图分类号", "R7 [x"),
        ("摘要", "a.Methods "),
        ("摘要", "\n"),
        ("相关论文", "[1] A B, 2001, "),
        ("相关论文", "[1]\n"),
        ("相关论文", "[1] T [J].\n A, B ;"),
        ("相关论文", "A .\n"),
        ("作者", "摘要\n作者\n"),
    ],
)
def test_a_long_hostile_page_comes_to_an_end(under: str, piece: str) -> None:
    """A quadratic reader would meet the time limit of every test."""
    page = Source("page.txt", f"T\n被引:1\n{under}\n{piece * (200_000 // len(piece))}\n页数:1\n", "")
    zh_record_page.recognises(page)
    for record in zh_record_page.read(page):
        assert_in_place(record, page.text)


def test_an_address_number_missing_inside_the_list_is_said_to_be_missing() -> None:
    two = "[1] Imaginary Univ, Dept Boats, Leeds, England\n[3] Imaginary Univ, Dept Tides, Leeds, England\n"
    page = f"Boats\n\n被引:1\n作者\nLind, Ada [2 ,4 ]\n机构\n{two}D O I\n10.5555/boats\n"
    said = [r.message for r in zh_record_page.read(source(page)) if isinstance(r, Problem)]
    assert [words.rpartition(", but ")[2] for words in said if ", but " in words] == [
        "the list has no [2]",
        "the list ends at [3]",
    ]


@pytest.mark.parametrize("end", ["", "摘要\n", "摘要\n暂无摘要\n"])
def test_a_record_without_an_abstract_says_so(end: str) -> None:
    page = f"Boats\n\n被引:1\n作者\nLind, Ada\nD O I\n10.5555/boats\n{end}"
    found = [r for r in zh_record_page.read(source(page)) if isinstance(r, Problem)]
    assert [r.severity for r in found if r.code == "no-abstract"] == ["info"]
    assert "no-abstract" not in problems(
        f"{page}{'' if end else '摘要'}\nA text about boats.\n".replace("暂无摘要\n", "")
    )
