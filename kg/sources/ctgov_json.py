"""ClinicalTrials.gov (version 2 of its API): a study, a list, an answer of the API, or a study a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.identifiers import ConceptId
from kg.model import (
    Citation,
    Concept,
    Contribution,
    Finding,
    ParticipantGroup,
    Programme,
    Relation,
    Report,
    Section,
    Study,
    SubjectClass,
    Text,
)
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibliography, json_records
from kg.reading.fields import Fields, Tally
from kg.reading.json_records import JsonValues, Object, inner, objects
from kg.reading.names import full_name, is_group, with_degrees
from kg.source import Source

_P = "protocolSection"
_IDENTIFICATION = f"{_P}/identificationModule"
_STATUS = f"{_P}/statusModule"
_SPONSORS = f"{_P}/sponsorCollaboratorsModule"
_DESCRIPTION = f"{_P}/descriptionModule"
_CONDITIONS = f"{_P}/conditionsModule"
_DESIGN = f"{_P}/designModule"
_ARMS = f"{_P}/armsInterventionsModule"
_OUTCOMES = f"{_P}/outcomesModule"
_ELIGIBILITY = f"{_P}/eligibilityModule"
_PLACES = f"{_P}/contactsLocationsModule"
_REFERENCES = f"{_P}/referencesModule"
_FLOW = "resultsSection/participantFlowModule"

FIELDS = Fields(
    mapped={
        f"{_IDENTIFICATION}/nctId": "identifier and registration of the trial",
        f"{_IDENTIFICATION}/nctIdAliases": "identifiers that it had before",
        f"{_IDENTIFICATION}/orgStudyIdInfo/id": "number",
        f"{_IDENTIFICATION}/secondaryIdInfos/id": "registration elsewhere",
        f"{_IDENTIFICATION}/secondaryIdInfos/type": "whether a number is a registration",
        f"{_IDENTIFICATION}/briefTitle": "title",
        f"{_IDENTIFICATION}/officialTitle": "other title",
        f"{_IDENTIFICATION}/acronym": "other title",
        f"{_STATUS}/overallStatus": "note",
        f"{_STATUS}/startDateStruct/date": "note",
        f"{_STATUS}/primaryCompletionDateStruct/date": "note",
        f"{_STATUS}/completionDateStruct/date": "note",
        f"{_STATUS}/startDateStruct/type": "whether a date is expected",
        f"{_STATUS}/primaryCompletionDateStruct/type": "whether a date is expected",
        f"{_STATUS}/completionDateStruct/type": "whether a date is expected",
        f"{_STATUS}/studyFirstPostDateStruct/date": "date of the record",
        f"{_SPONSORS}/leadSponsor/name": "contributor",
        f"{_SPONSORS}/collaborators/name": "contributors",
        f"{_DESCRIPTION}/briefSummary": "section, read as aims",
        f"{_DESCRIPTION}/detailedDescription": "section, read as methods",
        f"{_CONDITIONS}/conditions": "subject classes",
        f"{_CONDITIONS}/keywords": "keywords",
        f"{_DESIGN}/studyType": "method, publication type",
        f"{_DESIGN}/designInfo/allocation": "method",
        f"{_DESIGN}/designInfo/interventionModel": "method",
        f"{_DESIGN}/designInfo/observationalModel": "method",
        f"{_DESIGN}/designInfo/timePerspective": "method",
        f"{_DESIGN}/enrollmentInfo/count": "participants, if they are counted; else a note of the plan",
        f"{_DESIGN}/enrollmentInfo/type": "whether participants are counted or planned",
        f"{_ARMS}/armGroups/label": "participant groups, where no results count them",
        f"{_ARMS}/armGroups/description": "section, read as methods",
        f"{_ARMS}/interventions/name": "programmes",
        f"{_ARMS}/interventions/description": "section, read as methods",
        f"{_OUTCOMES}/primaryOutcomes/measure": "what the study aims to measure",
        f"{_OUTCOMES}/secondaryOutcomes/measure": "what the study aims to measure",
        f"{_OUTCOMES}/otherOutcomes/measure": "what the study aims to measure",
        f"{_ELIGIBILITY}/studyPopulation": "section, read as methods",
        f"{_PLACES}/overallOfficials/name": "investigators",
        f"{_REFERENCES}/references/pmid": "PubMed id of a reference",
        f"{_REFERENCES}/references/citation": "reference as printed",
        f"{_REFERENCES}/references/type": "whether a reference reports results of the trial: a related work",
        f"{_REFERENCES}/seeAlsoLinks/url": "addresses",
        f"{_FLOW}/groups/id": "which count belongs to which group",
        f"{_FLOW}/groups/title": "participant groups",
        f"{_FLOW}/periods/milestones/type": "which count is that of those who started",
        f"{_FLOW}/periods/milestones/achievements/groupId": "which count belongs to which group",
        f"{_FLOW}/periods/milestones/achievements/numSubjects": "size of a participant group",
        "derivedSection/conditionBrowseModule/meshes/id": "record of a heading",
        "derivedSection/conditionBrowseModule/meshes/term": "MeSH headings",
        "derivedSection/interventionBrowseModule/meshes/id": "record of a heading",
        "derivedSection/interventionBrowseModule/meshes/term": "MeSH headings",
    },
    known={
        f"{_IDENTIFICATION}/orgStudyIdInfo/type": "kind of the number",
        f"{_IDENTIFICATION}/orgStudyIdInfo/link": "address of a grant",
        f"{_IDENTIFICATION}/secondaryIdInfos/domain": "register of a number, in words",
        f"{_IDENTIFICATION}/secondaryIdInfos/link": "address of a grant",
        f"{_IDENTIFICATION}/organization": "organisation that made the record",
        f"{_STATUS}/statusVerifiedDate": "when the record was checked",
        f"{_STATUS}/lastKnownStatus": "state before nobody answered",
        f"{_STATUS}/whyStopped": "why the trial stopped",
        f"{_STATUS}/delayedPosting": "results are late",
        f"{_STATUS}/expandedAccessInfo": "access outside the trial",
        f"{_STATUS}/studyFirstSubmitDate": "when the record was sent",
        f"{_STATUS}/studyFirstSubmitQcDate": "when the record was sent in order",
        f"{_STATUS}/studyFirstPostDateStruct/type": "whether a date is expected",
        f"{_STATUS}/resultsFirstSubmitDate": "when results were sent",
        f"{_STATUS}/resultsFirstSubmitQcDate": "when results were sent in order",
        f"{_STATUS}/resultsFirstPostDateStruct": "when results were published",
        f"{_STATUS}/resultsWaived": "results are not asked for",
        f"{_STATUS}/dispFirstSubmitDate": "when a delay was asked for",
        f"{_STATUS}/dispFirstSubmitQcDate": "when a delay was asked for",
        f"{_STATUS}/dispFirstPostDateStruct": "when a delay was published",
        f"{_STATUS}/lastUpdateSubmitDate": "last change",
        f"{_STATUS}/lastUpdatePostDateStruct": "last change",
        f"{_SPONSORS}/responsibleParty": "who answers for the record",
        f"{_SPONSORS}/leadSponsor/class": "kind of the sponsor",
        f"{_SPONSORS}/collaborators/class": "kind of a collaborator",
        f"{_P}/oversightModule": "oversight by agencies",
        f"{_DESIGN}/patientRegistry": "whether it is a registry of patients",
        f"{_DESIGN}/nPtrsToThisExpAccNctId": "access outside the trial",
        f"{_DESIGN}/expandedAccessTypes": "access outside the trial",
        f"{_DESIGN}/targetDuration": "how long a patient is followed",
        f"{_DESIGN}/phases": "phase, which the vocabulary of methods has not",
        f"{_DESIGN}/designInfo/interventionModelDescription": "the model in words",
        f"{_DESIGN}/designInfo/primaryPurpose": "purpose: treatment, prevention, ...",
        f"{_DESIGN}/designInfo/maskingInfo": "who does not know who gets what",
        f"{_DESIGN}/bioSpec": "samples that are kept",
        f"{_ARMS}/armGroups/type": "kind of the arm",
        f"{_ARMS}/armGroups/interventionNames": "which arm gets which intervention",
        f"{_ARMS}/interventions/type": "kind of the intervention",
        f"{_ARMS}/interventions/armGroupLabels": "which arm gets which intervention",
        f"{_ARMS}/interventions/otherNames": "other names of the intervention",
        f"{_OUTCOMES}/primaryOutcomes/description": "how an outcome is measured",
        f"{_OUTCOMES}/primaryOutcomes/timeFrame": "when an outcome is measured",
        f"{_OUTCOMES}/secondaryOutcomes/description": "how an outcome is measured",
        f"{_OUTCOMES}/secondaryOutcomes/timeFrame": "when an outcome is measured",
        f"{_OUTCOMES}/otherOutcomes/description": "how an outcome is measured",
        f"{_OUTCOMES}/otherOutcomes/timeFrame": "when an outcome is measured",
        f"{_ELIGIBILITY}/eligibilityCriteria": "who may take part and who may not, in one text",
        f"{_ELIGIBILITY}/healthyVolunteers": "whether healthy people may take part",
        f"{_ELIGIBILITY}/sex": "sex of those who may take part",
        f"{_ELIGIBILITY}/genderBased": "whether gender counts",
        f"{_ELIGIBILITY}/genderDescription": "gender of those who may take part",
        f"{_ELIGIBILITY}/minimumAge": "age of those who may take part",
        f"{_ELIGIBILITY}/maximumAge": "age of those who may take part",
        f"{_ELIGIBILITY}/stdAges": "age of those who may take part",
        f"{_ELIGIBILITY}/samplingMethod": "how participants are chosen",
        f"{_PLACES}/centralContacts": "people to ask",
        f"{_PLACES}/overallOfficials/affiliation": "where an investigator works",
        f"{_PLACES}/overallOfficials/role": "part of an investigator",
        f"{_PLACES}/locations": "places where the trial runs, with their state",
        f"{_PLACES}/locations_nested": "the same once more",
        f"{_REFERENCES}/references/retractions": "retractions of a reference",
        f"{_REFERENCES}/seeAlsoLinks/label": "words of an address",
        f"{_REFERENCES}/availIpds": "data of the participants",
        f"{_P}/ipdSharingStatementModule": "whether data of the participants is shared",
        f"{_FLOW}/preAssignmentDetails": "what happened before the groups were made",
        f"{_FLOW}/recruitmentDetails": "how participants were found",
        f"{_FLOW}/typeUnitsAnalyzed": "what is counted beside participants",
        f"{_FLOW}/groups/description": "what a group got",
        f"{_FLOW}/periods/title": "part of the trial",
        f"{_FLOW}/periods/milestones/comment": "words about a count",
        f"{_FLOW}/periods/milestones/achievements/comment": "words about a count",
        f"{_FLOW}/periods/milestones/achievements/numUnits": "what is counted beside participants",
        f"{_FLOW}/periods/dropWithdraws": "who left the trial, and why",
        "resultsSection/baselineCharacteristicsModule": "posted results: who the participants were",
        "resultsSection/outcomeMeasuresModule": "posted results: numbers by group, which say no direction",
        "resultsSection/adverseEventsModule": "posted results: adverse events",
        "resultsSection/moreInfoModule": "who answers for the results",
        "annotationSection": "notes of the register",
        "documentSection": "protocol and plan of analysis, as files",
        "derivedSection/miscInfoModule": "about the record",
        "derivedSection/conditionBrowseModule/ancestors": "broader headings",
        "derivedSection/conditionBrowseModule/browseLeaves": "headings to browse by",
        "derivedSection/conditionBrowseModule/browseBranches": "headings to browse by",
        "derivedSection/interventionBrowseModule/ancestors": "broader headings",
        "derivedSection/interventionBrowseModule/browseLeaves": "headings to browse by",
        "derivedSection/interventionBrowseModule/browseBranches": "headings to browse by",
        "hasResults": "whether results are posted",
    },
)

METHODS = {
    ("studyType", "INTERVENTIONAL"): "interventional-design",
    ("studyType", "OBSERVATIONAL"): "observational-design",
    ("allocation", "RANDOMIZED"): "rct",
    ("allocation", "NON_RANDOMIZED"): "quasi-experimental",
    ("interventionModel", "CROSSOVER"): "crossover",
    ("observationalModel", "COHORT"): "cohort",
    ("observationalModel", "CASE_CONTROL"): "case-control",
    ("timePerspective", "CROSS_SECTIONAL"): "cross-sectional",
}
"""What the vocabulary of methods calls a design; of the two general ones, only where nothing says more."""
_GENERAL = frozenset(("interventional-design", "observational-design"))

AIM = ConceptId("basis", "aim-only")
DESCRIBED = ConceptId("direction", "described")

_NUMBER = re.compile(r"NCT\d{8}")
_REGISTERS = frozenset(("REGISTRY", "EUDRACT_NUMBER", "CTIS", "ISRCTN"))
_ESCAPED = re.compile(r"\\([\\<>\[\]*_~^#&|`.+()-])")


_POSTED = (_STATUS, "studyFirstPostDateStruct", "date")


def recognises(source: Source) -> bool:
    """JSON with `protocolSection` and, inside, `identificationModule`."""
    keys = json_records.first_keys(source.text)
    return any(key.endswith("protocolSection/identificationModule") for key in keys)


def records(file: File) -> Iterator[Source | Problem]:
    """The studies of an array, alone or in `studies`; a single study; or one study a line."""
    return json_records.records(file, ("studies",))


def read(source: Source) -> Iterator[Report | Problem | Tally]:
    """The one report of a study: that it is registered, and what it sets out to do."""
    study = json_records.parsed(source)
    if isinstance(study, Problem):
        yield study
        return
    yield FIELDS.tally_of(study)
    protocol = inner(study.get("protocolSection"))
    values = JsonValues()
    printed = values.text(
        inner(protocol.get("identificationModule")).get("nctId"), *_IDENTIFICATION.split("/"), "nctId"
    )
    if printed is None or not _NUMBER.fullmatch(printed.raw.upper()):
        found = (
            "no number"
            if printed is None
            else f"the number {printed.raw[:40]!r}, which is none of the register"
        )
        hint = "fetch the study again from ClinicalTrials.gov"
        message = f"the study has {found}; it was left out"
        yield Problem(
            "no-record",
            message,
            source.path,
            line=source.first_line,
            where=source.where,
            hint=hint,
            severity="error",
        )
        return
    reading = _Study(study, protocol, values)
    report = reading.report(printed.map(str.upper))
    yield report
    if report.issued is None:
        yield from bibliography.unread_dates(source, (reading.text(*_POSTED),))


class _Study:
    """The modules of a study, and the places of their values."""

    def __init__(self, study: Object, protocol: Object, values: JsonValues) -> None:
        self.study = study
        self.protocol = protocol
        self.values = values
        self.measures = list(self._measures())

    def module(self, path: str) -> Object:
        """A module by its path."""
        found: Any = self.study
        for part in path.split("/"):
            found = inner(inner(found).get(part))
        return inner(found)

    def text(self, path: str, *keys: str) -> Text | None:
        """A text of a module, at the end of these keys."""
        value: Any = self.module(path)
        for key in keys:
            value = inner(value).get(key)
        return self.values.text(value, *path.split("/"), *keys)

    def each(self, path: str, name: str, *keys: str) -> Iterator[tuple[Text | None, ...]]:
        """Of each object of an array of a module, the texts under these keys."""
        for position, one in objects(self.module(path).get(name)):
            where: tuple[str | int, ...] = (*path.split("/"), name, position)
            yield tuple(self.values.text(one.get(key), *where, key) for key in keys)

    def report(self, number: Text) -> Report:
        """The registration as a report, and the trial as its study."""
        names = ("officialTitle", "acronym")
        titles = [self.text(_IDENTIFICATION, name) for name in ("briefTitle", *names)]
        named = [one for one in titles if one is not None]
        title = named[0] if named else None
        aliases = self.values.texts(
            self.module(_IDENTIFICATION).get("nctIdAliases"), *_IDENTIFICATION.split("/"), "nctIdAliases"
        )
        kind = self.text(_DESIGN, "studyType")
        return Report(
            title=title,
            alternative_titles=tuple(one for one in named[1:] if one.raw != named[0].raw),
            number=self.text(_IDENTIFICATION, "orgStudyIdInfo", "id"),
            publication_types=() if kind is None else (kind,),
            issued=bibliography.iso_date(self.text(*_POSTED)),
            identifiers=tuple(one.map(lambda raw: f"nct:{raw.upper()}") for one in (number, *aliases)),
            registrations=(number, *self._registrations()),
            contributions=tuple(self._contributions()),
            sections=tuple(self._sections()),
            author_keywords=self.values.texts(
                self.module(_CONDITIONS).get("keywords"), *_CONDITIONS.split("/"), "keywords"
            ),
            subject_classes=tuple(self._subjects()),
            urls=tuple(
                url for (url,) in self.each(_REFERENCES, "seeAlsoLinks", "url") if url and _is_address(url)
            ),
            references=tuple(self._references()),
            relations=tuple(self._relations()),
            notes=tuple(self._notes()),
            study=Study(
                groups=tuple(self._groups()),
                methods=tuple(self._methods(kind)),
                programmes=tuple(self._programmes()),
            ),
            findings=tuple(self._aims()),
        )

    def _registrations(self) -> Iterator[Text]:
        for number, kind in self.each(_IDENTIFICATION, "secondaryIdInfos", "id", "type"):
            if number is not None and kind is not None and kind.raw in _REGISTERS:
                yield number

    def _contributions(self) -> Iterator[Contribution]:
        """The sponsor and those who work with it, then the investigators."""
        sponsors = [self.text(_SPONSORS, "leadSponsor", "name")]
        sponsors += [name for (name,) in self.each(_SPONSORS, "collaborators", "name")]
        for position, name in enumerate((one for one in sponsors if one is not None), start=1):
            yield bibliography.contribution(name, position, "contributor", None)
        officials = [name for (name,) in self.each(_PLACES, "overallOfficials", "name") if name is not None]
        for position, printed in enumerate(officials, start=1):
            name, _ = with_degrees(printed)
            person = None if is_group(name.raw) else full_name(name)
            yield bibliography.contribution(printed, position, "investigator", person)

    def _sections(self) -> Iterator[Section]:
        """What is written of the study in sentences; it is a plan, so that nothing of it is a result."""
        texts = [("objectives", self.text(_DESCRIPTION, "briefSummary"))]
        texts.append(("methods", self.text(_DESCRIPTION, "detailedDescription")))
        texts += [("methods", text) for (text,) in self.each(_ARMS, "armGroups", "description")]
        texts += [("methods", text) for (text,) in self.each(_ARMS, "interventions", "description")]
        texts.append(("methods", self.text(_ELIGIBILITY, "studyPopulation")))
        for kind, text in texts:
            if text is not None:
                words = _ESCAPED.sub(r"\1", text.raw)
                yield Section(
                    kind=kind, text=text if words == text.raw else self.values.at(words, text.where)
                )
        for measure in self.measures:
            yield Section(kind="objectives", text=measure)

    def _measures(self) -> Iterator[Text]:
        for name in ("primaryOutcomes", "secondaryOutcomes", "otherOutcomes"):
            for (measure,) in self.each(_OUTCOMES, name, "measure"):
                if measure is not None:
                    yield measure

    def _aims(self) -> Iterator[Finding]:
        """Each planned outcome is an aim; which outcome of the vocabulary it is, annotators say."""
        for measure in self.measures:
            yield Finding(
                quote=measure,
                outcome_as_printed=measure,
                outcome=None,
                change="not-stated",
                direction=DESCRIBED,
                basis=AIM,
            )

    def _subjects(self) -> Iterator[SubjectClass]:
        conditions = self.module(_CONDITIONS).get("conditions")
        for one in self.values.texts(conditions, *_CONDITIONS.split("/"), "conditions"):
            yield SubjectClass(scheme=one.map(lambda _: "ClinicalTrials.gov conditions"), code=one)
        for browse in ("conditionBrowseModule", "interventionBrowseModule"):
            for term, number in self.each(f"derivedSection/{browse}", "meshes", "term", "id"):
                if term is not None:
                    yield SubjectClass(
                        scheme=term.map(lambda _: "MeSH"),
                        code=term,
                        identifier=number.map(_mesh) if number is not None else None,
                    )

    def _references(self) -> Iterator[Citation]:
        for position, (_, quote, work) in enumerate(self._works(), start=1):
            yield Citation(quote=quote, status="listed", position=position, work=work)

    def _relations(self) -> Iterator[Relation]:
        """Works that report results of the trial, as its people or as the register say."""
        for kind, quote, work in self._works():
            if kind in {"RESULT", "DERIVED"}:
                yield Relation(quote=quote, kind="related", work=work)

    def _works(self) -> Iterator[tuple[str, Text, Report]]:
        for pmid, printed, kind in self.each(_REFERENCES, "references", "pmid", "citation", "type"):
            quote = printed or pmid
            if quote is not None:
                work = Report(pmid=bibliography.pmid(pmid), citation_line=printed)
                yield kind.raw if kind is not None else "", quote, work

    def _notes(self) -> Iterator[Text]:
        status = self.text(_STATUS, "overallStatus")
        if status is not None:
            yield status.map(lambda raw: f"Status: {raw}")
        for name, words in (
            ("startDateStruct", "Start"),
            ("primaryCompletionDateStruct", "Primary completion"),
            ("completionDateStruct", "Completion"),
        ):
            date, kind = self.text(_STATUS, name, "date"), self.text(_STATUS, name, "type")
            if date is not None:
                said = f"{words} (expected)" if kind is not None and kind.raw == "ESTIMATED" else words
                yield date.map(lambda raw, said=said: f"{said}: {raw}")  # type: ignore[misc]  # bound now
        count, counted = self._enrolment()
        if count is not None and not counted:
            yield count.map(lambda raw: f"Planned enrolment: {raw}")

    def _enrolment(self) -> tuple[Text | None, bool]:
        """How many take part, and whether they were counted."""
        count = self.text(_DESIGN, "enrollmentInfo", "count")
        kind = self.text(_DESIGN, "enrollmentInfo", "type")
        if count is None or not re.fullmatch(r"\d{1,9}", count.raw):
            return None, False
        return count, kind is not None and kind.raw == "ACTUAL"

    def _groups(self) -> Iterator[ParticipantGroup]:
        """Those who were enrolled, and the groups that posted results count, else the arms without size."""
        count, counted = self._enrolment()
        if count is not None and counted:
            yield ParticipantGroup(
                quote=count,
                description=count.map(lambda raw: f"{raw} participants enrolled"),
                size=count.map(int),
            )
        started = self._started()
        if started:
            for title, number in self.each(_FLOW, "groups", "title", "id"):
                size = started.get(number.raw) if number is not None else None
                if title is not None:
                    yield ParticipantGroup(
                        quote=title, description=title, size=size.map(int) if size else None
                    )
            return
        for (label,) in self.each(_ARMS, "armGroups", "label"):
            if label is not None:
                yield ParticipantGroup(quote=label, description=label)

    def _started(self) -> dict[str, Text]:
        """How many of each group began the first period of the trial."""
        found: dict[str, Text] = {}
        for at, period in list(objects(self.module(_FLOW).get("periods")))[:1]:
            for step, milestone in objects(period.get("milestones")):
                where: tuple[str | int, ...] = (
                    *_FLOW.split("/"),
                    "periods",
                    at,
                    "milestones",
                    step,
                    "achievements",
                )
                for position, one in (
                    objects(milestone.get("achievements")) if milestone.get("type") == "STARTED" else ()
                ):
                    size = self.values.text(one.get("numSubjects"), *where, position, "numSubjects")
                    group = one.get("groupId")
                    if isinstance(group, str) and size is not None and re.fullmatch(r"\d{1,9}", size.raw):
                        found.setdefault(group, size)
        return found

    def _methods(self, kind: Text | None) -> Iterator[Concept]:
        found: dict[str, Text] = {}
        names = ("allocation", "interventionModel", "observationalModel", "timePerspective")
        said = [("studyType", kind), *((name, self.text(_DESIGN, "designInfo", name)) for name in names)]
        for name, text in said:
            method = METHODS.get((name, text.raw)) if text is not None else None
            if method is not None and text is not None:
                found.setdefault(method, text)
        special = found.keys() - _GENERAL
        for method, text in found.items():
            if method in special or not special:
                yield text.map(lambda _, method=method: ConceptId("method", method))  # type: ignore[misc]  # bound now

    def _programmes(self) -> Iterator[Programme]:
        for (name,) in self.each(_ARMS, "interventions", "name"):
            if name is not None:
                yield Programme(quote=name, name=name)


def _is_address(text: Text) -> bool:
    return re.fullmatch(r"https?://\S+", text.raw) is not None


def _mesh(number: str) -> str:
    """`D000001943` as MeSH itself writes it: `D001943`."""
    digits = number[1:].lstrip("0")
    return f"{number[:1]}{digits.zfill(6 if len(digits) <= 6 else 9)}"
