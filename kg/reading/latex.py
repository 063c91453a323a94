r"""The words that a reader sees of LaTeX: accents, symbols, commands, a little mathematics."""

from __future__ import annotations

import re
import unicodedata

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "h": "\u0309", "r": "\u030a", "H": "\u030b", "v": "\u030c", "G": "\u030f", "U": "\u030e",
    "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331", "t": "\u0361",
}  # fmt: skip
"""The combining characters of LaTeX's accents."""

SYMBOLS = {
    "ss": "ß", "SS": "ẞ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ",
    "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "ij": "ĳ", "IJ": "Ĳ",
    "S": "§", "P": "¶", "dag": "†", "ddag": "‡", "pounds": "£",
    "euro": "€", "EUR": "€", "copyright": "©", "ldots": "…", "dots": "…", "textellipsis": "…", "slash": "/",
    "textdollar": "$", "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotedbl": '"', "textquotesingle": "'", "lq": "‘",
    "rq": "’", "quotesinglbase": "‚", "quotedblbase": "„", "glqq": "„", "grqq": "“", "flqq": "«", "frqq": "»",
    "glq": "‚", "grq": "‘", "flq": "‹", "frq": "›", "guillemotleft": "«", "guillemotright": "»",
    "guilsinglleft": "‹", "guilsinglright": "›", "textexclamdown": "¡", "textquestiondown": "¿",
    "textregistered": "®", "texttrademark": "™", "textcopyright": "©", "textdegree": "°", "degree": "°",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textasciigrave": "`",
    "textless": "<", "textgreater": ">", "textbar": "|", "textunderscore": "_", "textbraceleft": "{",
    "textbraceright": "}", "textbullet": "•", "textmu": "µ", "textpm": "±", "texttimes": "×", "textdiv": "÷",
    "textonehalf": "½", "textonequarter": "¼", "textthreequarters": "¾", "textsterling": "£", "texteuro": "€",
    "textperiodcentered": "·", "textsection": "§", "textparagraph": "¶", "textdagger": "†",
    "textonesuperior": "¹", "texttwosuperior": "²", "textthreesuperior": "³", "textordfeminine": "ª",
    "textordmasculine": "º", "textcelsius": "℃", "textminus": "−", "textnumero": "№", "textinterrobang": "‽",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "φ",
    "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "textalpha": "α", "textbeta": "β", "textgamma": "γ", "textdelta": "δ", "textkappa": "κ",
    "pm": "±", "mp": "∓", "times": "×", "div": "÷", "cdot": "·", "ast": "∗", "star": "⋆", "circ": "°",
    "bullet": "•", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "leqslant": "≤", "geqslant": "≥", "neq": "≠",
    "ne": "≠", "ll": "≪", "gg": "≫", "approx": "≈", "sim": "∼", "simeq": "≃", "cong": "≅", "equiv": "≡",
    "propto": "∝", "infty": "∞", "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫",
    "rightarrow": "→", "to": "→", "leftarrow": "←", "leftrightarrow": "↔", "uparrow": "↑", "downarrow": "↓",
    "Rightarrow": "⇒", "Leftarrow": "⇐", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩",
    "forall": "∀", "exists": "∃", "emptyset": "∅", "neg": "¬", "wedge": "∧", "vee": "∨", "langle": "⟨",
    "rangle": "⟩", "prime": "′", "ell": "ℓ", "hbar": "ℏ", "aleph": "ℵ", "cdots": "⋯", "mid": "|",
    "colon": ":", "lbrace": "{", "rbrace": "}", "lt": "<", "gt": ">", "dagger": "†",
    "TeX": "TeX", "LaTeX": "LaTeX",
    "BibTeX": "BibTeX", "par": " ", "newline": " ", "linebreak": " ", "quad": " ", "qquad": " ", "space": " ",
    "newblock": " ", "item": " ", "nobreakspace": " ", "textvisiblespace": " ", "and": "and",
}  # fmt: skip
"""What stands for a command without an argument."""

_IN_WORDS = frozenset(
    (
        "ss", "SS", "o", "O", "l", "L", "ae", "AE", "oe", "OE", "aa", "AA", "i", "j", "dh", "DH", "th", "TH",
        "dj", "DJ", "ng", "NG", "ij", "IJ",
    )
)  # fmt: skip
"""Letters: a blank behind one of these commands only ends its name."""

SWITCHES = frozenset(
    (
        "em", "bf", "it", "sl", "sc", "rm", "tt", "sf", "bfseries", "itshape", "scshape", "upshape",
        "slshape", "mdseries", "rmfamily", "sffamily", "ttfamily", "normalfont",
        "tiny", "scriptsize", "footnotesize",
        "small", "normalsize", "large", "Large", "huge", "Huge", "left", "right", "big", "Big", "bigl",
        "bigr", "displaystyle", "textstyle", "limits", "noindent",
        "protect", "relax", "ensuremath", "hfill",
        "centering", "sloppy", "allowbreak", "nolinebreak", "nobreak", "xspace", "null", "ignorespaces",
        "selectfont", "boldmath", "unboldmath", "cal", "mathsurround", "thinspace", "negthinspace",
    )
)  # fmt: skip
"""Commands that change how text looks, and nothing of what it says."""

_RAISED = str.maketrans("0123456789+-=()ni−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ⁻")
_LOWERED = str.maketrans("0123456789+-=()−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋")
_RAISABLE = frozenset("0123456789+-=()ni−")
_LOWERABLE = frozenset("0123456789+-=()−")

_SPECIAL = re.compile(r"[\\{}~$]|--|``|''|[!?]`")
_PART = re.compile(
    r"""\\(?P<accent>[`'^"~=.]|[uvHtcdbrkhGU](?![A-Za-z]))\s*
          (?:\{\s*(?:\\(?P<i>[A-Za-z]+)\s*|(?P<letter>[^\W\d_]?)(?P<second>[^\W\d_]?))\}
            |\\(?P<j>[ij]|ae|AE|o|O|aa|AA|oe|OE|l|L)(?![A-Za-z])\s?(?:\{\})?
            |\{?(?P<bare>[^\W\d_]))?
      |\\text(?P<script>sub|super)script\s*\{(?P<scripted>[^{}]{0,200})\}
      |\\(?:noopsort|sortas|label|cite|vspace|hspace)\*?\s*\{[^{}]{0,200}\}
      |\\(?:begin|end)\s*\{[^{}]{0,40}\}
      |\\href\s*\{[^{}]{0,2000}\}
      |\\char(?P<char>\d{1,6})\s?
      |\\(?P<name>[A-Za-z]+)\*?(?P<behind>\{\}|[ \t\r\n]*)
      |\\(?P<sign>.)
      |\$(?P<formula>[^$]{1,400})\$
      |(?P<quote>``|''|!`|\?`)
      |(?P<dash>-{2,})
      |(?P<blank>~)
      |[{}]""",
    re.VERBOSE | re.DOTALL,
)
_SCRIPT = re.compile(r"([\^_])\s*(?:\{([^{}]{0,100})\}|(\\[A-Za-z]+|[^\s{}\\]))")
_QUOTES = {"``": "“", "''": "”", "!`": "¡", "?`": "¿"}
_SIGNS = {"\\": " ", "/": "", "-": "", "!": "", ",": " ", ";": " ", ":": " ", ">": " ", "(": "", ")": "",
          "[": "", "]": "", "@": "", "|": "‖", "\n": " ", "\r": " ", "\t": " "}  # fmt: skip
"""Signs behind a backslash that do not stand for themselves."""
_FORMULA = re.compile(r"[\\^_]|^\s*[^\s$]{0,20}\s*$|^[^$]*[<>=][^$]*$")
"""What makes the text between two dollars a formula, not the prices `$5 and $6`."""


def text(raw: str) -> str:
    r"""The words a reader sees, white space as single spaces.

    A command that is not known loses its name if it has an argument and stays as it is if it has none. A
    per cent sign is one, though LaTeX would end the line there: in databases nobody comments a title.

    >>> text(r"{\"U}ber {P}eer-{S}upport: 50\% of Sm{\o}rgrav's $\alpha_{2}$"), text("C:~100% -- ``no''")
    ("Über Peer-Support: 50% of Smørgrav's α₂", 'C: 100% – “no”')
    """
    if _SPECIAL.search(raw) is None:
        return " ".join(raw.split())
    return unicodedata.normalize("NFC", " ".join(_PART.sub(_shown, raw).split()))


def _shown(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if match["accent"]:
        return _accented(match)
    if kind == "scripted":
        return _script("^" if match["script"] == "super" else "_", text(match["scripted"]))
    if kind == "char":
        code = int(match["char"])
        return chr(code) if 32 <= code < 0xD800 else ""
    if match["name"]:
        return _command(match)
    if kind == "sign":
        sign: str = match["sign"]
        return _SIGNS.get(sign, sign)
    if kind == "formula":
        formula: str = match["formula"]
        return _formula(formula) if _FORMULA.search(formula) else f"${_PART.sub(_shown, formula)}$"
    if kind == "quote":
        return _QUOTES[match["quote"]]
    if kind == "dash":
        return {2: "–", 3: "—"}.get(len(match["dash"]), match["dash"])
    return " " if kind == "blank" else ""


def _accented(match: re.Match[str]) -> str:
    command = match["i"] or match["j"]
    if command:
        base = {"i": "i", "j": "j"}.get(command) or SYMBOLS.get(command, "")
        return base + ACCENTS[match["accent"]]
    first = match["letter"] or match["bare"] or ""
    if not first and match["accent"].isalpha():
        return ""
    accent = ACCENTS[match["accent"]] if first else match["accent"]
    return f"{first}{accent}{match['second'] or ''}"


def _command(match: re.Match[str]) -> str:
    name, behind = match["name"], match["behind"]
    if name in SYMBOLS:
        return SYMBOLS[name] + ("" if name in _IN_WORDS or behind == "{}" else behind)
    if name in SWITCHES:
        return ""
    following = match.string[match.end() : match.end() + 1]
    return behind if following in {"{", "["} and behind != "{}" else f"\\{name}{behind.replace('{}', '')}"


def _formula(formula: str) -> str:
    """A formula on one line: raised and lowered digits as such, everything else as it stands."""
    lines = _SCRIPT.sub(lambda match: _script(match[1], _PART.sub(_shown, match[2] or match[3])), formula)
    return _PART.sub(_shown, lines)


def _script(sign: str, words: str) -> str:
    if words in {"°", "∘"}:
        return "°"
    able, table = (_RAISABLE, _RAISED) if sign == "^" else (_LOWERABLE, _LOWERED)
    return words.translate(table) if able.issuperset(words) else words


_ESCAPED = re.compile(r"\{?\\textasciitilde\s*(?:\{\})?\}?|\\~\{\}|\\([&%#$_~^{}])|[{}]|\s+")


def verbatim(raw: str) -> str:
    r"""An address or identifier: without what programs put before `_`, `%`, `&` and the like.

    >>> verbatim(r"https://a.example/{\_}x\%20y/\textasciitilde{}ada"), verbatim("10.1002/(SICI)1097<1::A>2")
    ('https://a.example/_x%20y/~ada', '10.1002/(SICI)1097<1::A>2')
    """
    if "\\" not in raw and "{" not in raw:
        return raw.strip()
    return _ESCAPED.sub(
        lambda match: match[1] or ("~" if "~" in match[0] or "tilde" in match[0] else ""), raw
    )
