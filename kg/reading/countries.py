"""Countries by the names that addresses print, with their codes of ISO 3166-1."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = """
AD Andorra|AE United Arab Emirates, U Arab Emirates, UAE|AF Afghanistan|AL Albania|AM Armenia|AO Angola
AR Argentina|AT Austria|AZ Azerbaijan|AU Australia
BA Bosnia & Herceg, Bosnia & Herzegovina, Bosnia and Herzegovina|BB Barbados|BD Bangladesh|BE Belgium
BF Burkina Faso|BG Bulgaria|BH Bahrain|BI Burundi|BJ Benin|BM Bermuda|BN Brunei|BO Bolivia|BR Brazil, Brasil
BS Bahamas|BT Bhutan|BW Botswana|BY Byelarus, Belarus|BZ Belize|CA Canada
CD Dem Rep Congo, Democratic Republic of the Congo|CF Cent Afr Republ|CG Rep Congo, Congo|CH Switzerland
CI Cote Ivoire, Côte d'Ivoire, Ivory Coast|CL Chile|CM Cameroon
CN Peoples R China, People's Republic of China, P.R. China, PR China, China, 中国|CO Colombia|CR Costa Rica
CU Cuba|CV Cape Verde|CY Cyprus|CZ Czech Republic, Czechia|DE Germany, Fed Rep Ger|DK Denmark
DO Dominican Rep, Dominican Republic|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt|ER Eritrea|ES Spain, España
ET Ethiopia|FI Finland|FJ Fiji|FR France|GA Gabon
GB England, Scotland, Wales, North Ireland, Northern Ireland, UK, U.K., United Kingdom, Great Britain
GD Grenada|GE Georgia, Rep of Georgia|GH Ghana|GL Greenland|GM Gambia|GN Guinea|GR Greece|GT Guatemala
GY Guyana|HK Hong Kong|HN Honduras|HR Croatia|HT Haiti|HU Hungary|ID Indonesia
IE Ireland, Republic of Ireland|IL Israel|IN India|IQ Iraq|IR Iran|IS Iceland|IT Italy, Italia|JM Jamaica
JO Jordan|JP Japan|KE Kenya|KG Kyrgyzstan|KH Cambodia|KN St Kitts & Nevi|KP North Korea
KR South Korea, Korea, Republ Korea, Republic of Korea|KW Kuwait|KZ Kazakhstan|LA Laos|LB Lebanon
LI Liechtenstein|LK Sri Lanka|LR Liberia|LS Lesotho|LT Lithuania|LU Luxembourg|LV Latvia|LY Libya|MA Morocco
MC Monaco|MD Moldova|ME Montenegro|MG Madagascar|MK Macedonia, North Macedonia|ML Mali|MM Myanmar
MN Mongolia, Mongol Peo Rep|MO Macau, Macao|MR Mauritania|MT Malta|MU Mauritius|MV Maldives|MW Malawi
MX Mexico, México|MY Malaysia|MZ Mozambique|NA Namibia|NE Niger|NG Nigeria|NI Nicaragua
NL Netherlands, The Netherlands|NO Norway|NP Nepal|NZ New Zealand|OM Oman|PA Panama|PE Peru
PG Papua N Guinea, Papua New Guinea|PH Philippines|PK Pakistan|PL Poland|PS Palestine|PT Portugal
PY Paraguay|QA Qatar|RO Romania|RS Serbia|RU Russia, Russian Federation|RW Rwanda|SA Saudi Arabia
SB Solomon Islands|SD Sudan|SE Sweden|SG Singapore|SI Slovenia|SK Slovakia|SL Sierra Leone|SN Senegal
SO Somalia|SR Surinam, Suriname|SS South Sudan|SV El Salvador|SY Syria|SZ Swaziland, Eswatini|TD Chad
TG Togo|TH Thailand|TJ Tajikistan|TL Timor-Leste|TM Turkmenistan|TN Tunisia|TR Turkey, Turkiye, Türkiye
TT Trinid & Tobago, Trinidad Tobago|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda|UY Uruguay|UZ Uzbekistan
VA Vatican|VE Venezuela|VN Vietnam, Viet Nam|VU Vanuatu|XK Kosovo|YE Yemen|ZA South Africa|ZM Zambia
ZW Zimbabwe
"""

CODES: Mapping[str, str] = {
    name.strip().casefold(): row[:2]
    for row in _NAMES.replace("\n", "|").split("|")
    if row.strip()
    for name in row[3:].split(",")
}
"""The code of each name, which is folded; the United States apart, which addresses know by their states."""

FORMER = frozenset(("czechoslovakia", "ussr", "w ind assoc st", "yugoslavia"))
"""Countries without a code of today."""

COUNTRIES = frozenset(CODES) | FORMER
"""Every name, folded, in the spellings of Web of Science and the usual English ones."""

_UNITED_STATES = frozenset(("usa", "us", "u s a", "u s", "united states", "united states of america"))
_CALLED = {
    "AE": "United Arab Emirates", "BA": "Bosnia and Herzegovina", "BY": "Belarus", "CD": "DR Congo",
    "CF": "Central African Republic", "CG": "Congo", "CI": "Côte d’Ivoire", "CN": "China",
    "CZ": "Czechia", "DO": "Dominican Republic", "GB": "United Kingdom", "KN": "Saint Kitts and Nevis",
    "MK": "North Macedonia", "MM": "Myanmar", "PG": "Papua New Guinea", "SR": "Suriname", "SZ": "Eswatini",
    "TR": "Türkiye", "TT": "Trinidad and Tobago", "US": "United States", "VN": "Vietnam",
}  # fmt: skip
"""What a country is called where addresses print something else first."""


def code(name: str) -> str | None:
    """The code of a country by its name as printed; `None` where none is known.

    >>> code("Peoples R China"), code("U.S.A."), code("Atlantis")
    ('CN', 'US', None)
    """
    folded = " ".join(name.casefold().split())
    if " ".join(folded.replace(".", " ").split()) in _UNITED_STATES:
        return "US"
    return CODES.get(folded)


def called(code: str) -> str:
    """What the country of that code is called; the code itself where it is none.

    >>> called("GB"), called("CA")
    ('United Kingdom', 'Canada')
    """
    first = next((name for name, of in CODES.items() if of == code), code)
    return _CALLED.get(code) or first.title()
