"""The types and properties that reconciliation knows: ours, by short names and by their IRIs."""

from __future__ import annotations

from dataclasses import dataclass

from kg.identifiers import VOCABULARY
from kg.searching import BELOW, CLASSES
from server.wording import gettext

_PK = f"{VOCABULARY}ontology#"
_WORKS = ("Report",)
_PEOPLE, _PLACES = ("Person",), ("Institution",)
_MATCHES = "|".join(f"skos:{how}Match" for how in ("exact", "close", "broad", "narrow", "related"))
_EVERY = ("Report", "Study", "Person", "Institution", "Journal", "Conference", "Programme", "Concept")


@dataclass(frozen=True, slots=True)
class Type:
    """A class of things that can be matched."""

    name: str
    title: str
    description: str
    broader: str = ""

    @property
    def id(self) -> str:
        """Its IRI."""
        return _IRIS[self.name]

    def as_json(self) -> dict[str, object]:
        """The type as the API has it, with the wider one."""
        found: dict[str, object] = {
            "id": self.id,
            "name": gettext(self.title),
            "description": gettext(self.description),
        }
        if self.broader:
            wider = TYPES[self.broader]
            found["broader"] = [{"id": wider.id, "name": gettext(wider.title)}]
        return found


_IRIS = {name: iri for iri, name in {**CLASSES, **BELOW}.items()}
TYPES = {
    one.name: one
    for one in (
        Type("Report", "Work", "an article, abstract, book or other text"),
        Type("Study", "Study", "the inquiry that works report"),
        Type("Person", "Person", "an author or contributor"),
        Type("Institution", "Institution", "an organisation, or a department of one"),
        Type("Journal", "Journal", "a journal"),
        Type("Conference", "Conference", "a conference"),
        Type("Programme", "Programme", "a programme that was studied"),
        Type("Concept", "Concept", "a concept of the vocabulary"),
        Type("PeerRole", "Peer role", "what somebody with lived experience works as", "Concept"),
        Type("Outcome", "Outcome", "what gets better or worse", "Concept"),
        Type("Population", "Population", "whom a study is about", "Concept"),
        Type("Setting", "Setting", "where something takes place", "Concept"),
        Type("Method", "Method", "how something is found out", "Concept"),
    )
}
"""By the names that the search index uses."""
DEFAULT_TYPES = ("Person", "Institution", "Report", "Concept")
_OTHER_NAMES = {
    "https://schema.org/Person": "Person",
    "http://xmlns.com/foaf/0.1/Person": "Person",
    "https://schema.org/Organization": "Institution",
    "http://www.w3.org/ns/org#Organization": "Institution",
    "http://xmlns.com/foaf/0.1/Organization": "Institution",
    "https://schema.org/ScholarlyArticle": "Report",
    "https://schema.org/Periodical": "Journal",
    "https://schema.org/DefinedTerm": "Concept",
}


def type_named(given: str) -> Type | None:
    """The type of that IRI or short name; `None` for one that is not ours."""
    name = next((name for name, iri in _IRIS.items() if given in (iri, name)), _OTHER_NAMES.get(given, ""))
    return TYPES.get(name)


@dataclass(frozen=True, slots=True)
class Property:
    """What can be fetched of things, and compared."""

    id: str
    title: str
    kinds: tuple[str, ...]
    """The types of things that have it."""
    path: str
    """The way from the thing to the value, in SPARQL."""
    leads_to: str = ""
    """The type of the things that are its values."""
    scheme: str = ""
    """What kind of identifier its values are."""
    confirms: bool = False
    """Whether a name and this together are certain."""


PROPERTIES = {
    one.id: one
    for one in (
        Property("name", "name", _EVERY, "rdfs:label"),
        Property("otherName", "other name", _EVERY, "skos:altLabel|dcterms:alternative|fabio:hasShortTitle"),
        Property("sameAs", "identifier elsewhere", _EVERY, "owl:sameAs|schema:sameAs|skos:exactMatch"),
        Property("doi", "DOI", _WORKS, "prism:doi", scheme="doi", confirms=True),
        Property("pmid", "PubMed id", _WORKS, "fabio:hasPubMedId", scheme="pmid", confirms=True),
        Property("pmcid", "PMC id", _WORKS, "fabio:hasPubMedCentralId", scheme="pmcid", confirms=True),
        Property("year", "year of publication", _WORKS, "fabio:hasPublicationYear", confirms=True),
        Property("issued", "date of publication", _WORKS, "dcterms:issued"),
        Property("author", "author", _WORKS, "pk:hasAuthor", "Person"),
        Property("journal", "journal", _WORKS, "dcterms:isPartOf", "Journal"),
        Property("conference", "conference", _WORKS, "pk:presentedAt", "Conference"),
        Property("volume", "volume", _WORKS, "prism:volume"),
        Property("pages", "pages", _WORKS, "prism:pageRange"),
        Property("subject", "subject", _WORKS, "pk:reportFacet", "Concept"),
        Property("cites", "cited work", _WORKS, "cito:cites", "Report"),
        Property("study", "study it reports", _WORKS, "pk:reportsStudy", "Study"),
        Property("report", "work that reports it", ("Study",), "^pk:reportsStudy", "Report", confirms=True),
        Property("role", "peer role", ("Study", "Programme"), "pk:studiesRole|pk:programmeRole", "PeerRole"),
        Property("outcome", "outcome", ("Study",), "pk:measuresOutcome", "Outcome"),
        Property("population", "population", ("Study",), "pk:studiesPopulation", "Population"),
        Property("setting", "setting", ("Study",), "pk:inSetting", "Setting"),
        Property("method", "method", ("Study",), "pk:usesMethod", "Method"),
        Property("familyName", "family name", _PEOPLE, "foaf:familyName"),
        Property("givenName", "given name", _PEOPLE, "foaf:givenName"),
        Property("orcid", "ORCID iD", _PEOPLE, "pk:orcid", scheme="orcid", confirms=True),
        Property("affiliation", "institution", _PEOPLE, "pk:affiliatedWith", "Institution", confirms=True),
        Property("work", "work", _PEOPLE, "^pk:hasAuthor", "Report", confirms=True),
        Property("ror", "ROR id", _PLACES, "pk:ror", scheme="ror", confirms=True),
        Property("city", "city", _PLACES, "vcard:locality"),
        Property("region", "region", _PLACES, "vcard:region"),
        Property("country", "country", _PLACES, "vcard:country-name"),
        Property("partOf", "part of", _PLACES, "org:unitOf", "Institution", confirms=True),
        Property("issn", "ISSN", ("Journal",), "prism:issn", scheme="issn", confirms=True),
        Property("started", "date of its beginning", ("Conference", "Programme"), "schema:startDate"),
        Property("definition", "definition", ("Concept",), "skos:definition"),
        Property("broader", "wider concept", ("Concept",), "skos:broader", "Concept"),
        Property("narrower", "narrower concept", ("Concept",), "^skos:broader", "Concept"),
        Property("match", "concept elsewhere", ("Concept",), _MATCHES),
    )
}  # fmt: skip
"""By their ids."""


def properties_of(kind: str) -> list[Property]:
    """The properties that things of the type have, those of this type before those of all."""
    wider = TYPES[kind].broader if kind in TYPES else ""
    found = [one for one in PROPERTIES.values() if kind in one.kinds or wider in one.kinds]
    return sorted(found, key=lambda one: one.kinds == _EVERY)
