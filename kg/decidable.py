"""What a person can decide about: kinds of things, their properties, the values these take.

Kinds and fields are those of `kg.model`; a property is named by the term of the context, by the property's
IRI or by its name in the ontology, whichever a person has before their eyes.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from rapidfuzz import process

from kg import identifiers, keys, model
from kg.concepts import Entry, Vocabulary
from kg.identifiers import ConceptId, PartialDate
from kg.mapping import MAPPED, Plan, camel, possible
from kg.model import Authorship, Finding, ParticipantGroup, Person, Programme, Record, StudyData
from kg.problems import PeerkgError
from kg.source import Found

KINDS: Mapping[str, str] = {
    "report": "Report",
    "work": "Report",
    "study": "Study",
    "finding": "Finding",
    "group": "ParticipantGroup",
    "data": "StudyData",
    "programme": "Programme",
    "author": "Authorship",
    "person": "Person",
    "institution": "Institution",
    "journal": "Journal",
    "conference": "Conference",
    "citation": "Citation",
    "reference": "Citation",
    "subject": "SubjectClass",
    "section": "Section",
    "candidate": "candidate",
}
"""The words for kinds of things, and the class of each. A work is one in a list of references."""

REJECTABLE = frozenset(
    {
        "Authorship", "Person", "Journal", "Conference", "SubjectClass", "Section", "Citation",
        "ParticipantGroup", "StudyData", "Programme", "Finding",
    }
)  # fmt: skip
"""Classes of things that may be rejected as a whole."""


class Holder(NamedTuple):
    """Where an added thing belongs: in the report or its study, and in which field."""

    holder: str
    field: str


HOLDERS: Mapping[str, Holder] = {
    "Finding": Holder("Report", "findings"),
    "Authorship": Holder("Report", "authorships"),
    "ParticipantGroup": Holder("Study", "groups"),
    "StudyData": Holder("Study", "data"),
    "Programme": Holder("Study", "programmes"),
}
"""Classes of things that may be added as a whole."""

FOLLOWS: Mapping[tuple[str, str], str] = {
    ("Study", "outcomes"): "it follows from the study's own results: decide about the finding",
    ("Citation", "status"): "it follows from `work`: decide about that",
    ("Citation", "note"): "it follows from `work`: decide about that",
    ("Section", "inferred"): "it is a remark of the reader",
    ("Authorship", "affiliations"): "",
}
"""Fields that are decided elsewhere."""

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "role": ("role",),
    "roles": ("role",),
    "population": ("population",),
    "populations": ("population",),
    "settings": ("setting",),
    "methods": ("method",),
    "outcome": ("outcome",),
    "direction": ("direction",),
    "basis": ("basis",),
    "concerns": ("whom",),
    "facets": ("role", "population", "setting"),
}
"""The schemes of the concepts that a field takes."""

CHANGES = ("increase", "decrease", "no-difference", "mixed", "not-stated")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


class NotDecidableError(PeerkgError):
    """A decision cannot be carried out as it is written; `hint` says what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Form:
    """What a field holds: its type, whether with characters, how many, and whether it may be empty."""

    base: type
    plain: bool
    many: bool
    may_lack: bool

    @property
    def record(self) -> bool:
        """Whether it leads to other records."""
        return is_dataclass(self.base) and self.base not in {ConceptId, PartialDate}


def kind_of(subject: str) -> str:
    """The class that a word stands for."""
    kind = KINDS.get(subject.casefold())
    if kind is None and "/" not in subject:
        raise NotDecidableError(
            f"{subject!r} is no kind of thing", f"write the thing's IRI, or one of {', '.join(sorted(KINDS))}"
        )
    return kind or ""


def called(kind: str) -> str:
    """The word for a class."""
    return next(word for word, name in KINDS.items() if name == kind)


@cache
def _forms(kind: str) -> Mapping[str, Form]:
    record: type = getattr(model, kind)
    hints = get_type_hints(record)
    return {one.name: _form(hints[one.name], one.default is not MISSING) for one in fields(record)}


def _form(hint: Any, may_lack: bool) -> Form:
    many = get_origin(hint) is tuple
    if many:
        hint = get_args(hint)[0]
    if get_origin(hint) in {Union, types.UnionType}:
        may_lack = True
        hint = next(one for one in get_args(hint) if one is not type(None))
    plain = get_origin(hint) is not Found
    return Form(hint if plain else get_args(hint)[0], plain, many, may_lack)


def form(kind: str, name: str) -> Form:
    """What a field of a class holds."""
    return _forms(kind)[name]


def names(kind: str) -> tuple[str, ...]:
    """The terms of the properties of a class that can be decided."""
    terms = dict(MAPPED[kind])
    if kind == "Authorship":
        terms["affiliations"] = "affiliationsAsPrinted"
    return tuple(term for name, term in terms.items() if name != "quote" and not FOLLOWS.get((kind, name)))


def field_of(kind: str, said: str, plan: Plan) -> str:
    """The field of a class that a property names; `NotDecidableError` if there is none."""
    terms = dict(MAPPED[kind])
    if kind == "Authorship":
        terms["affiliations"] = "affiliationsAsPrinted"
    for name, term in terms.items():
        iri = plan.row(kind, term).predicate.value
        short = {
            f"{prefix}:{iri.removeprefix(start)}"
            for prefix, start in plan.prefixes.items()
            if iri.startswith(start)
        }
        local = iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]
        if said in {name, term, camel(name), iri, local, *short}:
            if name == "quote":
                raise NotDecidableError(
                    "the words of a thing are not decided", "reject it, and add what it should be"
                )
            if why := FOLLOWS.get((kind, name)):
                raise NotDecidableError(f"{said} is not decided by itself", why)
            return name
    raise NotDecidableError(
        f"{said!r} is no property of a {called(kind)}", f"write one of {', '.join(names(kind))}"
    )


def value(kind: str, name: str, said: str, vocabulary: Vocabulary) -> Any:
    """The value that the words stand for in that field."""
    base = form(kind, name).base
    if not said:
        raise NotDecidableError("the value is empty", "write `value`")
    if base is ConceptId:
        return concept(said, SCHEMES.get(name, ()), vocabulary)
    if base is int:
        digits = said.replace(",", "")
        if not re.fullmatch(r"\d{1,12}", digits, re.ASCII):
            raise NotDecidableError(f"{said!r} is no whole number", "write digits")
        return int(digits)
    if base is PartialDate:
        return _date(said)
    if base is bool:
        if said not in {"true", "false"}:
            raise NotDecidableError(f"{said!r} is neither true nor false", "write true or false")
        return said == "true"
    if base is not str:
        raise NotDecidableError(f"{name} takes no text", "make the thing it leads to the subject")
    return _text(name, said)


def _date(said: str) -> PartialDate:
    match = _DATE.fullmatch(said)
    parts = [int(part) for part in match.groups() if part] if match else []
    date = PartialDate(*parts) if parts else None
    if date is None or possible(date) != date or date.year < 1:
        raise NotDecidableError(f"{said!r} is no date", "write it as 2016, 2016-05 or 2016-05-31")
    return date


def _text(name: str, said: str) -> str:
    if name == "doi":
        found = identifiers.doi(said)
        if found is None:
            raise NotDecidableError(f"{said!r} is no DOI", "write it as 10.1234/abc")
        return found
    if name == "pmid" and not re.fullmatch(r"[1-9]\d{0,9}", said, re.ASCII):
        raise NotDecidableError(f"{said!r} is no PubMed id", "write its digits")
    if name == "change" and said not in CHANGES:
        raise NotDecidableError(f"{said!r} is no change", f"write one of {', '.join(CHANGES)}")
    return said


def concept(said: str, schemes: tuple[str, ...], vocabulary: Vocabulary) -> ConceptId:
    """The concept of one of the schemes: by its id (`method/survey`), IRI, name or English label."""
    known = [entry for scheme in schemes or vocabulary.schemes for entry in vocabulary.entries(scheme)]
    wanted = said.removeprefix(identifiers.VOCABULARY)
    local = keys.normalised(wanted.rpartition("/")[2])
    labels = {entry.id: {keys.normalised(one) for one in _labels(entry)} for entry in known}
    exact = [entry.id for entry in known if str(entry.id) == wanted.casefold()]
    found = exact or ([one for one, names in labels.items() if local in names] if "/" not in wanted else [])
    if len(found) == 1:
        return found[0]
    choices = found or [entry.id for entry in known]
    what = " or ".join(schemes) or "vocabulary"
    message = f"{said!r} is {'no' if not found else 'more than one'} concept of the scheme {what}"
    if len(choices) <= FEW:
        raise NotDecidableError(message, f"write one of {', '.join(map(str, choices))}")
    near = process.extract(local, {one: one.name.replace("-", " ") for one in choices}, limit=4)
    hint = f"perhaps {', '.join(str(one) for _, _, one in near)}; docs/vocabulary.md tells of them all"
    raise NotDecidableError(message, hint)


FEW = 8
"""So many concepts are all named to whoever wrote another."""


def _labels(entry: Entry) -> Iterator[str]:
    yield entry.id.name
    yield from entry.pref_label.values()
    yield from entry.alt_labels


Finder = Callable[[str, Any], Found[Any]]


def made(
    kind: str, quote: Found[str], parts: Mapping[str, str], find: Finder, vocabulary: Vocabulary
) -> Record:
    """The thing that a person adds, with its parts at their characters in the quote."""
    if kind not in HOLDERS:
        raise NotDecidableError(
            f"a {called(kind)} cannot be added as a whole", "name the `property` to add a value to"
        )
    known = PARTS[kind]
    for name in parts:
        if name not in known:
            raise NotDecidableError(
                f"`value` has a part {name!r}, which a {called(kind)} has not",
                f"its parts are {', '.join(known)}",
            )
    lacking = [name for name, needed in known.items() if needed and name not in parts]
    if lacking:
        raise NotDecidableError(
            f"`value` lacks {' and '.join(lacking)}",
            f"write it as {{ {', '.join(f'{name} = ...' for name in known)} }}; needed is what is named here",
        )
    return _MAKERS[kind](quote, _Parts(kind, parts, find, vocabulary))


PARTS: Mapping[str, Mapping[str, bool]] = {
    "Finding": {
        "words": False, "outcome": False, "direction": True, "basis": True, "concerns": False,
        "change": False,
    },
    "ParticipantGroup": {"words": False, "size": False, "role": False, "population": False},
    "StudyData": {"words": False, "count": False},
    "Programme": {"words": False, "started": False, "role": False},
    "Authorship": {"words": False, "position": True, "family": False, "given": False, "orcid": False},
}  # fmt: skip
"""The parts of an added thing, and which it needs. `words` are those that name it: else the whole quote."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of an added thing as values of its fields."""

    kind: str
    said: Mapping[str, str]
    find: Finder
    vocabulary: Vocabulary

    def found(self, name: str, kind: str = "") -> Any:
        """The value with its characters, `None` where the part is not given."""
        words = self.said.get(name)
        if words is None:
            return None
        return self.find(words, value(kind or self.kind, name, words, self.vocabulary))

    def plain(self, name: str) -> Any:
        """The value without characters."""
        words = self.said.get(name)
        return None if words is None else value(self.kind, name, words, self.vocabulary)

    def words(self, quote: Found[str]) -> Found[str]:
        """The words that name the thing; they are in the quote."""
        said = self.said.get("words")
        if said is None:
            return quote
        found: Found[str] = self.find(said, said)
        if found.raw != said:
            raise NotDecidableError(
                f"the words {said!r} do not stand once in the quote", "copy them from the quote"
            )
        return found


def _finding(quote: Found[str], parts: _Parts) -> Finding:
    return Finding(
        quote=quote,
        outcome_as_printed=parts.words(quote),
        outcome=parts.found("outcome"),
        change=parts.plain("change") or "not-stated",
        direction=parts.plain("direction"),
        basis=parts.plain("basis"),
        concerns=parts.plain("concerns"),
    )


def _group(quote: Found[str], parts: _Parts) -> ParticipantGroup:
    return ParticipantGroup(
        quote=quote,
        description=parts.words(quote),
        size=parts.found("size"),
        role=parts.found("role"),
        population=parts.found("population"),
    )


def _data(quote: Found[str], parts: _Parts) -> StudyData:
    return StudyData(quote=quote, description=parts.words(quote), count=parts.found("count"))


def _programme(quote: Found[str], parts: _Parts) -> Programme:
    return Programme(
        quote=quote, name=parts.words(quote), started=parts.found("started"), role=parts.found("role")
    )


def _author(quote: Found[str], parts: _Parts) -> Authorship:
    named = any(name in parts.said for name in ("family", "given", "orcid"))
    person = (
        Person(**{name: parts.found(name, "Person") for name in ("family", "given", "orcid")})
        if named
        else None
    )
    return Authorship(
        quote=quote, name_as_printed=parts.words(quote), position=parts.plain("position"), person=person
    )


_MAKERS: Mapping[str, Callable[[Found[str], _Parts], Record]] = {
    "Finding": _finding,
    "ParticipantGroup": _group,
    "StudyData": _data,
    "Programme": _programme,
    "Authorship": _author,
}
