"""Addresses as Web of Science prints them: organisation, units, street, city, region, postcode, country."""

from __future__ import annotations

import re
from typing import TypeAlias

from kg.model import Affiliation, Institution, Text
from kg.reading.countries import COUNTRIES
from kg.reading.recurring import recurring

_UNITED_STATES = r"(?:USA|U\.\s?S\.\s?A\.?|US|U\.\s?S\.?|United\s+States(?:\s+of\s+America)?)"

_STATES = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS",
    "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC",
    "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
    "PR", "GU", "VI", "AS", "MP",
)  # fmt: skip
_STATE_NAMES = (
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware",
    "District of Columbia", "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas",
    "Kentucky", "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi",
    "Missouri", "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York",
    "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Puerto Rico",
    "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah", "Vermont", "Virginia",
    "Washington", "West Virginia", "Wisconsin", "Wyoming",
)  # fmt: skip
_PROVINCES = (
    "AB", "BC", "MB", "NB", "NL", "NF", "NS", "NT", "NU", "ON", "PE", "PEI", "PQ", "QC", "SK", "YT",
    "Alberta", "British Columbia", "Manitoba", "New Brunswick", "Newfoundland", "Newfoundland and Labrador",
    "Northwest Territories", "Nova Scotia", "Nunavut", "Ontario", "Prince Edward Island", "Quebec",
    "Saskatchewan", "Yukon",
)  # fmt: skip
_AUSTRALIAN_STATES = (
    "ACT", "NSW", "NT", "Qld", "SA", "Tas", "Vic", "WA", "Australian Capital Territory", "New South Wales",
    "Northern Territory", "Queensland", "South Australia", "Tasmania", "Victoria", "Western Australia",
)  # fmt: skip
_CHINESE_PROVINCES = (
    "Anhui", "Beijing", "Chongqing", "Fujian", "Gansu", "Guangdong", "Guangxi", "Guizhou", "Hainan", "Hebei",
    "Heilongjiang", "Henan", "Hong Kong", "Hubei", "Hunan", "Inner Mongolia", "Jiangsu", "Jiangxi", "Jilin",
    "Liaoning", "Macau", "Nei Monggol", "Ningxia", "Qinghai", "Shaanxi", "Shandong", "Shanghai", "Shanxi",
    "Sichuan", "Tianjin", "Tibet", "Xinjiang", "Yunnan", "Zhejiang",
)  # fmt: skip
_JAPANESE_PREFECTURES = (
    "Aichi", "Akita", "Aomori", "Chiba", "Ehime", "Fukui", "Fukuoka", "Fukushima", "Gifu", "Gunma", "Gumma",
    "Hiroshima", "Hokkaido", "Hyogo", "Ibaraki", "Ishikawa", "Iwate", "Kagawa", "Kagoshima", "Kanagawa",
    "Kochi", "Kumamoto", "Kyoto", "Mie", "Miyagi", "Miyazaki", "Nagano", "Nagasaki", "Nara", "Niigata",
    "Oita", "Okayama", "Okinawa", "Osaka", "Saga", "Saitama", "Shiga", "Shimane", "Shizuoka", "Tochigi",
    "Tokushima", "Tokyo", "Tottori", "Toyama", "Wakayama", "Yamagata", "Yamaguchi", "Yamanashi",
)  # fmt: skip
_BRITISH_COUNTIES = (
    "Antrim", "Aberdeen", "Angus", "Avon", "Ayrshire", "Beds", "Berks", "Bucks", "Cambs", "Ches", "Cheshire",
    "Cleveland", "Clwyd", "Cornwall", "Cumbria", "Derbys", "Derry", "Devon", "Dorset", "Down", "Durham",
    "Dyfed", "E Sussex", "Essex", "Fife", "Glam", "Glos", "Gloucestershire", "Gwent", "Gwynedd", "Hants",
    "Hereford", "Herts", "Highland", "Humberside", "Isle Wight", "Kent", "Lanark", "Lancashire", "Lancs",
    "Leics", "Lincs", "Londonderry", "Lothian", "M Glam", "Merseyside", "Middx", "Midlothian", "Midlands",
    "N Yorkshire", "Norfolk", "Northants", "Northd", "Northumberland", "Notts", "Oxon", "Perthshire",
    "Powys", "Renfrew", "S Glam", "S Yorkshire", "Shrops", "Shropshire", "Somerset", "Staffs", "Stirling",
    "Suffolk", "Surrey", "Sussex", "Tayside", "Tyne & Wear", "Tyrone", "W Glam", "W Midlands", "W Sussex",
    "W Yorkshire", "Warwick", "Warwickshire", "Wilts", "Worcs", "Yorks", "Yorkshire",
)  # fmt: skip
_INDIAN_STATES = (
    "Andhra Pradesh", "Assam", "Bihar", "Chandigarh", "Delhi", "Goa", "Gujarat", "Haryana",
    "Himachal Pradesh", "Jammu & Kashmir", "Jharkhand", "Karnataka", "Kerala", "Madhya Pradesh",
    "Maharashtra", "Odisha", "Orissa", "Puducherry", "Punjab", "Rajasthan", "Tamil Nadu", "Telangana",
    "Uttar Pradesh", "Uttarakhand", "Uttaranchal", "W Bengal", "West Bengal",
)  # fmt: skip


def _any(names: tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))


_ZIP = r"\d{5}(?:-\d{4})?"
_BRITISH_POSTCODE = r"(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})"
_CANADIAN_POSTCODE = r"[A-Z]\d[A-Z]\s?\d[A-Z]\d"

_REGION_BEFORE_POSTCODE = {
    "canada": re.compile(rf"(?P<region>(?i:{_any(_PROVINCES)}))(?:\s+(?P<postcode>{_CANADIAN_POSTCODE}))?"),
    "australia": re.compile(rf"(?P<region>(?i:{_any(_AUSTRALIAN_STATES)}))(?:\s+(?P<postcode>\d{{4}}))?"),
    "japan": re.compile(
        rf"(?P<region>(?i:{_any(_JAPANESE_PREFECTURES)}))(?:\s+(?P<postcode>\d{{3}}-?\d{{4}}))?"
    ),
}
"""Countries where the region stands between city and country, with the postcode behind it."""

_TWO_LETTERS = re.compile("[A-Z]{2}")
_NO_REGION = re.compile(r"(?!)(?P<city>)")
_REGIONS = {
    country: re.compile(rf"(?i:{_any(names)})|{_TWO_LETTERS.pattern}")
    for countries, names in (
        (("peoples r china", "china", "people's republic of china"), _CHINESE_PROVINCES),
        (
            ("england", "scotland", "wales", "north ireland", "northern ireland", "uk", "united kingdom"),
            _BRITISH_COUNTIES,
        ),
        (("india",), _INDIAN_STATES),
    )
    for country in countries
}
"""Countries where a region of these may follow the city; two capitals (Rome, RM, Italy) are one anywhere."""

_ALSO_CITIES = frozenset(
    (
        "beijing", "chongqing", "hong kong", "macau", "shanghai", "tianjin", "chiba", "fukui", "fukuoka",
        "fukushima", "gifu", "hiroshima", "kagoshima", "kochi", "kumamoto", "kyoto", "miyazaki", "nagano",
        "nagasaki", "nara", "niigata", "oita", "okayama", "osaka", "saga", "shizuoka", "tokushima", "tokyo",
        "toyama", "wakayama", "yamagata", "yamaguchi", "aberdeen", "durham", "stirling", "chandigarh",
        "delhi",
    )
)  # fmt: skip
"""Regions that are cities as well: the city, where no other one is named."""

_CITY_AND_POSTCODE = (
    re.compile(rf"(?P<city>\S.*?)\s+(?P<postcode>{_BRITISH_POSTCODE}|{_CANADIAN_POSTCODE})"),
    re.compile(r"(?P<postcode>[A-Z]{1,3}-\d{3,8}(?:-\d{3})?(?:\s[A-Z]{2}(?=\s))?)\s+(?P<city>\D+)"),
    re.compile(r"(?P<city>\D+?)\s+(?P<postcode>\d{4,8}(?:-\d{3,4})?)"),
    re.compile(r"(?P<postcode>\d{4,6}(?:\s[A-Z]{2}(?=\s))?)\s+(?P<city>\D+)"),
)
"""`London SE5 8AF`, `Toronto M5S 1A1`, `D-20246 Hamburg`, `NL-1081 HV Amsterdam`, `Seoul 03080`,
`1010 Vienna`."""

_SHORT_POSTCODES = {
    "taiwan": re.compile(r"(?P<city>\D+?)\s+(?P<postcode>\d{3})"),
    "iceland": re.compile(r"(?P<city>\D+?)\s+(?P<postcode>\d{3})"),
    "jamaica": re.compile(r"(?P<city>(?i:Kingston))\s+(?P<postcode>\d{1,2})"),
    "ireland": re.compile(r"(?P<city>(?i:Dublin))\s+(?P<postcode>\d{1,2}W?)"),
}
"""Countries whose postcodes would be house numbers elsewhere."""

_US_PLACE = re.compile(
    rf"(?P<region>(?:{_any(_STATES)})|(?i:{_any(_STATE_NAMES)}))"
    rf"(?:\s+(?P<postcode>{_ZIP}))?(?:\s+(?P<country>(?i:{_UNITED_STATES})))?"
)
_US_ONLY = re.compile(rf"(?i:{_UNITED_STATES})")

_UNIT_WORDS = frozenset(
    (
        "abt", "acad", "academy", "agcy", "agency", "alliance", "assoc", "association", "branch", "bur",
        "bureau", "center", "centre", "chair", "clin", "clinic", "coll", "collaborat", "college", "commiss",
        "consortium", "council", "ctr", "department", "dept", "dipartimento", "directorate", "div",
        "division", "fac", "facultad", "faculdade", "faculty", "fak", "fdn", "foundation", "group", "grp",
        "hosp", "hospice", "hospital", "infirm", "initiat", "inst", "institute", "klin", "klinikum", "lab",
        "laboratory", "labs", "lib", "med", "minist", "mirecc", "museum", "network", "off", "office",
        "partnership", "practice", "prog", "progr", "program", "programme", "project", "sch", "school",
        "sect", "section", "serv", "service", "services", "soc", "society", "syst", "system", "team",
        "trust", "umr", "unit", "unite", "univ", "university", "ward", "wards",
    )
)  # fmt: skip
"""What parts of an organisation are called."""

_UNIT_WORDS_OF_CITIES = frozenset(("center", "centre", "coll", "college", "univ", "university"))
"""Unit words that stand in names of cities as well: College Stn, Univ Pk."""

_STREET_WORDS = frozenset(
    (
        "allee", "alley", "av", "ave", "avenue", "bldg", "blvd", "building", "bypass", "campus", "cir",
        "circle", "court", "cres", "crescent", "dr", "drive", "highway", "hwy", "lane", "ln", "loop",
        "parkway", "pike", "pk", "pkwy", "pl", "place", "plaza", "plz", "quay", "rd", "road", "row", "sq",
        "square", "st", "str", "straat", "strasse", "street", "terr", "terrace", "tpke", "turnpike", "walk",
        "way", "weg",
    )
)  # fmt: skip
"""What a street ends with."""

_STREET_BEGINNINGS = frozenset(
    (
        "av", "avda", "avenida", "calle", "carrer", "corso", "cours", "paseo", "piazza", "piazzale", "praca",
        "rua", "rue", "ul", "via", "viale",
    )
)  # fmt: skip
_BOX_WORDS = frozenset(
    (
        "box",
        "floor",
        "fl",
        "level",
        "mail",
        "mailstop",
        "ms",
        "msc",
        "p.o.",
        "po",
        "pob",
        "rm",
        "room",
        "suite",
    )
)
"""What a part begins with that says where in a building, or which box."""

_SURELY_ORGANISATIONS = frozenset(
    (
        "universidad", "universidade", "universita", "università", "universitat", "universität", "universite",
        "université", "universiteit", "universitet", "university",
    )
)  # fmt: skip
"""A part with one of these words is the organisation of its address."""
_ORGANISATIONS = frozenset(
    (
        "academy", "administration", "agency", "association", "authority", "center", "centre", "clinic",
        "college", "company", "consortium", "corporation", "council", "foundation", "gmbh", "hospital", "inc",
        "infirmary", "institute", "llc", "ltd", "ministry", "network", "organization", "organisation",
        "society", "system", "trust",
    )
)  # fmt: skip
"""What organisations are called that may also be parts of others."""
_PARTS_OF_ORGANISATIONS = frozenset(
    ("department", "dept", "division", "faculty", "school", "section", "unit")
)
_ADDRESS_END = re.compile(
    r"(?:[.;,]|(?<!\s)(?=\s))\s++(?:Electronic address:|E-?mail:)?\s*+[\w.+-]{1,64}@[\w.-]{3,255}\.?\s*$",
    re.IGNORECASE,
)

_DIRECTIONS = frozenset(("e", "east", "n", "ne", "north", "nw", "s", "se", "south", "sw", "w", "west"))
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)

_LONGEST_PLACE = 100
"""Characters of a city with its postcode, at most: longer parts are not tried."""


def affiliation(printed: Text) -> Affiliation:
    """The organisation, its innermost unit and the place that an address names.

    The first part is the organisation. Units follow from the larger to the smaller; a part that is
    neither called a unit nor a street is left alone. Nothing is completed: an address without a known
    country has no country.

    >>> from kg.source import Found
    >>> address = "Univ Iowa, Dept Psychiat, 200 Hawkins Dr, Iowa City, IA 52242 USA"
    >>> read = affiliation(Found(address, address, 0))
    >>> read.unit.name.raw, read.institution.city.raw, read.institution.region.raw
    ('Dept Psychiat', 'Iowa City', 'IA')
    """
    name, *parts = list(printed.split(r"[,，]")) or [printed]
    place, parts = _place(parts)
    institution = Institution(
        name=name,
        city=place.get("city"),
        region=place.get("region"),
        postcode=place.get("postcode"),
        country=place.get("country"),
    )
    unit: Institution | None = None
    for part in parts:
        if _is_unit(part.raw):
            unit = Institution(name=part, part_of=unit or institution)
    return Affiliation(printed=printed, institution=institution, unit=unit)


def place(printed: Text) -> dict[str, Text]:
    """What an address says of its place: city, region, postcode and country, where it prints them.

    >>> from kg.source import Found
    >>> address = "Univ Iowa, Dept Psychiat, Iowa City, IA 52242 USA"
    >>> {name: text.raw for name, text in place(Found(address, address, 0)).items()}
    {'region': 'IA', 'postcode': '52242', 'country': 'USA', 'city': 'Iowa City'}
    """
    return _place(list(printed.split(r"[,，]"))[1:])[0]


@recurring
def postal_affiliation(printed: Text) -> Affiliation:
    """The same of an address as people write it: the unit before the organisation, an e-mail address behind.

    The organisation is the last part that is called one; of an address without such a part the first part
    is taken, as nothing says more.

    >>> from kg.source import Found
    >>> address = "Department of Nursing, University of Oz, Oz City, OH 44000, USA. a@oz.edu"
    >>> read = postal_affiliation(Found(address, address, 0))
    >>> read.institution.name.raw, read.unit.name.raw, read.institution.city.raw
    ('University of Oz', 'Department of Nursing', 'Oz City')
    """
    address = _ADDRESS_END.search(printed.raw)
    text = printed.part(0, address.start() if address else len(printed.raw)).stripped(" .;,\t\r\n")
    parts = list(text.split(r"[,，]")) or [printed]
    place, rest = _place(parts)
    named = rest or parts[:1]
    at = next(
        (n for n in reversed(range(len(named))) if _SURELY_ORGANISATIONS & _all_words(named[n].raw)), None
    )
    if at is None:
        at = next((n for n in reversed(range(len(named))) if _is_organisation(named[n].raw)), 0)
    institution = Institution(
        name=named[at],
        city=place.get("city"),
        region=place.get("region"),
        postcode=place.get("postcode"),
        country=place.get("country"),
    )
    unit: Institution | None = None
    for part in reversed(named[:at]):
        if _is_unit(part.raw):
            unit = Institution(name=part, part_of=unit or institution)
    return Affiliation(printed=printed, institution=institution, unit=unit)


def _is_organisation(part: str) -> bool:
    words = _all_words(part)
    return bool(_ORGANISATIONS & words) and not _PARTS_OF_ORGANISATIONS & words and not _is_street(part)


def _all_words(part: str) -> frozenset[str]:
    return frozenset(re.split(r"[^\w]+", part.casefold()))


@recurring
def affiliation_in_any_order(printed: Text) -> Affiliation:
    """The same of an address that may begin with its smallest unit, as most publishers print it.

    >>> from kg.source import Found
    >>> address = "Department of Doors, Faculty of Houses, University of Oslo, Oslo, Norway"
    >>> read = affiliation_in_any_order(Found(address, address, 0))
    >>> read.institution.name.raw, read.institution.city.raw, read.unit.name.raw, read.unit.part_of.name.raw
    ('University of Oslo', 'Oslo', 'Department of Doors', 'Faculty of Houses')
    """
    parts = list(printed.split(r"[,，;]"))
    first = next((at for at, part in enumerate(parts) if _ORGANISATION.search(part.raw)), 0)
    if first == 0 or not all(_is_unit(part.raw) for part in parts[:first]):
        return affiliation(printed)
    behind = printed.part(parts[first].start - printed.start, len(printed.raw))
    whole = affiliation(behind)
    unit = whole.unit
    for part in reversed(parts[:first]):
        unit = Institution(name=part, part_of=unit or whole.institution)
    return Affiliation(printed=printed, institution=whole.institution, unit=unit)


_ORGANISATION = re.compile(
    r"\b(?:universi\w+|univ|college|hospital|h[oô]pital|hospitais|klinik\w*|institute?\w*|academy|trust|ministry"
    r"|council|foundation|corporation|inc|ltd|gmbh|polytechnic\w*|hochschule|health system|medical center"
    r"|medical centre|veterans affairs)\b",
    re.IGNORECASE,
)


def _is_street(part: str) -> bool:
    """Whether a part is a street, a house number, a box or a room, and so no unit and no city."""
    words = part.casefold().split()
    if words[0][0].isdigit() and not _ORDINAL.fullmatch(words[0]):
        return True
    if words[0].rstrip(".") in _STREET_BEGINNINGS or (words[0] in _BOX_WORDS and len(words) < 4):
        return True
    ends_in_number = len(words) > 1 and words[-1][0].isdigit()
    if ends_in_number and not _UNIT_WORDS.intersection(words):
        return True
    while len(words) > 1 and (words[-1] in _DIRECTIONS or words[-1][0].isdigit()):
        words.pop()
    return len(words) > 1 and words[-1].rstrip(".") in _STREET_WORDS


def _unit_words(part: str) -> frozenset[str]:
    return _UNIT_WORDS.intersection(re.split(r"[^\w]+", part.casefold()))


def _is_unit(part: str) -> bool:
    return bool(_unit_words(part)) and not _is_street(part)


def _may_be_city(part: str) -> bool:
    return not _unit_words(part) and not _is_street(part)


def _named(match: re.Match[str], part: Text) -> dict[str, Text]:
    return {key: part.part(*match.span(key)) for key, value in match.groupdict().items() if value}


_Place: TypeAlias = dict[str, Text]


def _place(parts: list[Text]) -> tuple[_Place, list[Text]]:
    """What the last parts say of the place, and the parts before them."""
    if not parts:
        return {}, parts
    *before, last = parts
    last = last.stripped(". ") if last.raw.strip(". ") else last
    if _US_ONLY.fullmatch(last.raw):
        place: _Place = {"country": last}
        state = _US_PLACE.fullmatch(before[-1].raw) if before else None
        if state is not None:
            place |= _named(state, before.pop())
        city, rest = _city("usa", before, followed=state is not None)
        return place | city, rest
    country = last.raw.casefold()
    state = _US_PLACE.fullmatch(last.raw)
    if state is not None and country not in COUNTRIES:
        city, rest = _city("usa", before, followed=True)
        return _named(state, last) | city, rest
    if country not in COUNTRIES:
        return {}, parts
    place, rest = _abroad(country, before)
    return {"country": last} | place, rest


def _abroad(country: str, parts: list[Text]) -> tuple[_Place, list[Text]]:
    """City, region and postcode before the name of a country other than the United States."""
    if not parts:
        return {}, parts
    *before, last = parts
    region = _REGION_BEFORE_POSTCODE.get(country, _NO_REGION).fullmatch(last.raw)
    plain = _REGIONS.get(country, _TWO_LETTERS).fullmatch(last.raw)
    if region is None and plain is None:
        city, rest = _city(country, before)
        if "postcode" in city and not re.search(r"\d", last.raw) and not _is_unit(last.raw):
            return {"region": last} | city, rest  # Nottingham NG7 2TU, Notts
        return _city(country, parts)
    place = {"region": last} if region is None else _named(region, last)
    city, rest = _city(country, before, followed=country in _REGION_BEFORE_POSTCODE)
    if (not city or city["city"].raw.endswith(" Ku")) and place["region"].raw.casefold() in _ALSO_CITIES:
        city = {"city": place.pop("region")}  # Bunkyo Ku, Tokyo 1138655
    return place | city, rest


def _city(country: str, parts: list[Text], *, followed: bool = False) -> tuple[_Place, list[Text]]:
    """The city (and a postcode beside it) that the last of `parts` names, and the parts before it.

    `followed` says that a region of the postal kind follows, so that a part without a number is a city
    though it be called College Stn or Menlo Pk.
    """
    if not parts or len(parts[-1].raw) > _LONGEST_PLACE:
        return {}, parts
    *before, last = parts
    for pattern in (*_CITY_AND_POSTCODE, _SHORT_POSTCODES.get(country, _NO_REGION)):
        match = pattern.fullmatch(last.raw)
        if match is not None and _may_be_city(match["city"]):
            return _named(match, last), before
    if re.search(r"\d", last.raw):
        return {}, parts
    if _unit_words(last.raw) - _UNIT_WORDS_OF_CITIES or (not followed and not _may_be_city(last.raw)):
        return {}, parts
    return {"city": last}, before
