"""Wordings that tell what a sentence is for: aim, method, result, another's result, mere possibility.

Tables of regular expressions; the functions that weigh them are in `reading`. Each gap inside a pattern
is bounded, so that a search takes linear time.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kg.annotation.words import Wording, either, lowered


def _any(*patterns: str) -> Wording:
    return Wording(r"\b(?:" + "|".join(patterns) + ")")


_INQUIRY = (
    r"(?:study|studies|paper|article|project|review|report|analys[ie]s|research|trial|abstract|presentation|"
    r"evaluation|investigation|survey|inquiry|protocol|pilot|synthesis|meta-analysis)"
)
_INQUIRE = (
    r"(?:aim(?:s|ed)?|explor(?:es?|ed)|examin(?:es?|ed)|investigat(?:es?|ed)|assess(?:es|ed)?|"
    r"evaluat(?:es?|ed)|describ(?:es?|ed)|compar(?:es?|ed)|test(?:s|ed)?|seeks?|sought|present(?:s|ed)?|"
    r"provid(?:es?|ed)|report(?:s|ed)?|discuss(?:es|ed)?|address(?:es|ed)?|stud(?:y|ies|ied)|"
    r"appl(?:y|ies|ied)|determin(?:es?|ed)|identif(?:y|ies|ied)|synthesi[sz](?:es?|ed)|"
    r"summari[sz](?:es?|ed)|review(?:s|ed)?|analy[sz](?:es?|ed)|us(?:es|ed)|follow(?:s|ed)?|draws?|offers?|"
    r"asks?|"
    r"hypothesi[sz]ed?|intend(?:s|ed)?|attempt(?:s|ed)?|focus(?:es|ed)|looks?|was designed|"
    r"was conducted|is to|was to)"
)

AIM = _any(
    r"to (?:determine|examine|explore|assess|evaluate|investigate|test|compare|understand|estimate|describe)"
    r" (?:whether|how|if|the|what|why|which)\b",
    rf"(?:this|the (?:present|current)|our|these) (?:[\w-]+ ){{0,4}}?{_INQUIRY},? (?:[\w-]+ "
    rf"){{0,3}}?{_INQUIRE}\b",
    r"(?:in this|in the (?:present|current)) (?:[\w-]+ ){0,2}?(?:study|paper|article|review|report),? we\b",
    r"(?:we|the authors?|researchers) (?:\w+ ){0,2}?(?:aim(?:ed)?|sought|seek|hypothesi[sz]ed?|explored?|"
    r"examined?|investigated?|intended|wanted|tested whether|asked whether|set out|evaluated?|assessed?)\b",
    r"(?:aim|aims|objective|objectives|purpose|purposes|goal|goals) (?:of|was|were|is|are|here|that)\b",
    r"(?:goal|aim|objective|purpose):",
    r"(?:was|were|is|are) (?:to (?:determine|examine|explore|assess|evaluate|investigate|test|compare|"
    r"describe|identify|understand))\b",
    r"hypothesi[sz](?:ed|e) that\b",
    r"(?:research|study) questions?\b",
)
"""What an inquiry is for. It also finds a sentence of aim and method in one."""

STARTS_AS_AIM = Wording(
    r"(?:\W*(?:aims?|objectives?|purpose|goals?)\W+)?to (?:\w+ly )?(?:determine|examine|explore|assess|"
    r"evaluate|investigate|test|compare|describe|"
    r"identify|understand|estimate|develop|establish|review|synthesi[sz]e|report|study|measure|analy[sz]e|"
    r"characteri[sz]e|document|pilot|quantify|summari[sz]e|improve|provide|present|define)\b"
)

METHOD = _any(
    r"(?:papers|articles|studies|trials|records|reviews|publications) (?:[\w-]+ ){0,5}?(?:were|was) "
    r"(?:included|identified|screened|"
    r"retrieved|reviewed)\b",
    r"we (?:synthesi[sz]ed|reviewed|searched)\b",
    r"(?:was|were|is|are|being|been|will be) (?:\w+ly |then |also |all |first )?(?:conducted|collected|"
    r"recruited|randomi[sz]ed|assigned|allocated|enrolled|interviewed|surveyed|analy[sz]ed|coded|"
    r"administered|obtained|invited|selected|searched|screened|extracted|transcribed|followed|completed|"
    r"audio-?recorded|drawn|gathered|assessed (?:at|using|with|by)|measured|used|applied|performed|"
    r"carried out|undertaken|held|sampled|matched|calculated|estimated|eligible|respondents)\b",
    r"(?:we|(?:the )?(?:investigators|researchers|authors|team)) (?:\w+ly |then |also )?(?:conducted|"
    r"recruited|"
    r"randomi[sz]ed|interviewed|surveyed|analy[sz]ed|"
    r"searched|used|administered|collected|elicited|enrolled|compared|measured|coded|held|performed|"
    r"reviewed|included|employed|assigned|undertook|carried out|applied|gathered|screened|drew|matched|"
    r"followed|invited|asked|studied|observed|visited|will)\b",
    r"we (?:ran|trained|linked|modell?ed|fitted|audited|mapped|piloted|mailed|offered|tracked|led)\b|"
    r"\bdelphi\b",
    r"data (?:\w+ )?(?:was|were|came|come|are)\b",
    r"(?:study|trial|cohort|sample)(?:, [^,;.]{1,80},)? (?:included|enrolled|recruited|comprised|"
    r"involved|randomi[sz]ed) "
    r"(?:\d|\w+ \d)",
    r"(?:randomly|convenience|purposive|purposively|snowball|stratified|cluster)[ -](?:assign|sampl|select)",
    r"(?:semi-?structured|in-depth|qualitative|key informant|individual) interviews?\b",
    r"focus groups?\b",
    r"(?:participants|patients|veterans|clients|subjects|respondents|women|men|adults|individuals|"
    r"people|staff)"
    r" (?:\([^()]{1,40}\) )?(?:completed|included|received|comprised|consisted|took part|participated)\b",
    r"sample (?:of|included|consisted|comprised|was|size)\b",
    r"(?:inclusion|exclusion|eligibility) criteria\b",
    r"(?:medline|pubmed|psycinfo|embase|cinahl|cochrane|scopus|web of science)\b",
    r"(?:follow-up|baseline) (?:assessments?|interviews?|visits?|surveys?)\b",
    r"using (?:a |an |the )?(?:[\w-]+ ){0,4}(?:interviews?|surveys?|questionnaires?|data|design|approach|"
    r"analys[ie]s|methods?|regression|models?|procedures?|framework)\b",
)
"""How it was done."""

RESULT = _any(
    r"(?:barriers|facilitators|challenges|benefits|enablers) (?:\w+ ){0,2}?(?:included?|were|was)\b",
    r"(?:results?|findings|analys[ie]s|data|themes?|interviews?|respondents?|participants?|interviewees?|"
    r"informants?|trials?|estimates?|scores?|evidence) (?:\w+ ){0,2}?(?:show|shows|showed|shown|"
    r"indicate[sd]?|reveal(?:s|ed)?|"
    r"suggest(?:s|ed)?|demonstrate[sd]?|identif(?:y|ies|ied)|point(?:s|ed)? to|highlight(?:s|ed)?|"
    r"support(?:s|ed)?|illustrate[sd]?|reported|described|expressed|perceived|felt|experienced|emphasi[sz]ed|"
    r"valued|said|noted|believed|viewed|identified|stated|had|were|was|did)\b",
    r"(?:was|were) (?:\w+ly )?(?:found|identified|observed|associated|correlated|related|reported|described|"
    r"perceived|viewed|more|less|better|worse|higher|lower|greater|similar|seen|defined|generated|"
    r"developed)\b",
    r"we (?:found|identified|observed|defined)\b",
    r"(?:emerged|significant(?:ly)?|did not|statistically|associated with|odds ratio|confidence interval)\b",
    r"there (?:was|were) (?:no|a|an|some|significant|strong|little|limited|moderate|mixed|insufficient)\b",
    r"(?:reported|described|experienced|perceived|expressed|emphasi[sz]ed|highlighted|explained|felt|valued|"
    r"found|showed|demonstrated|revealed|indicated|instructed|identified)\b",
    r"(?:improved|increased|decreased|reduced|declined|predicted|worsened|differed|rose|fell|grew|built|"
    r"gained|helped|"
    r"saw|viewed|became|struggled|believed|appreciated)\b",
    r"(?:improvements?|reductions?|increases?|decreases?|declines?|gains?) (?:in|of)\b",
    r"(?:more|less|(?:twice|times) as) likely\b|percentage points?\b|(?:unaffected|unchanged)\b",
    r"(?:was|were) not (?:\w+ly )?(?:affected|associated|changed|different|reduced|improved|increased)\b",
    r"p ?[<=>] ?0?\.\d",
    r"\d%",
    r"themes? (?:were|was|included|emerged|related|centered|centred)\b",
    r"(?:compared (?:with|to)|than)\b",
)
"""What came out; counted, not believed: aims and methods use some of these words too."""

SURE_RESULT = _any(
    r"(?:we found|(?:our|the|these|main|key|study|preliminary) (?:\w+ )?(?:results?|findings|"
    r"analys[ie]s|themes?)"
    r" (?:\w+ )?(?:show|indicat|reveal|suggest|demonstrat|identif|point|highlight|support|illustrat|"
    r"include|were|are|is|was)\w*|"
    r"analys[ie]s (?:show|indicat|reveal|suggest|demonstrat|identif)\w*|results (?:show|indicat|reveal|"
    r"suggest|demonstrat)\w*|findings (?:show|indicat|reveal|suggest|demonstrat|identif)\w*|"
    r"(?:three|four|five|six|seven|several|two|main|key|\d+) (?:\w+ ){0,3}themes? )"
)
"""A result wherever it stands, even in an abstract without headings and before any method."""

PROGRAMME_BEGINS = _any(
    r"(?:was|were) (?:\w+ )?(?:implemented|launched|established|introduced|created|initiated|founded|"
    r"piloted)\b"
    r"[^.]{0,60}\bin (?:19|20)\d\d\b",
    r"(?:program(?:me)?|service|intervention|initiative|project|model)s? (?:called|named|known as|"
    r"titled|entitled)\b",
    r"in (?:\w+ )?(?:19|20)\d\d,? [^.]{0,120}?(?:was|were) (?:\w+ )?(?:implemented|launched|"
    r"established|introduced|"
    r"created|initiated|founded|piloted)\b",
)
"""Where an account of the programme under study begins."""

CONCLUSION = _any(
    r"(?:in conclusion|we conclude|concluded that|implications?|lessons learned|taken together|"
    r"overall, (?:these|our|this))\b",
    r"(?:these|our|the|study) (?:\w+ )?(?:findings|results|data) (?:\w+ )?(?:suggest|support|"
    r"underscore|highlight|offer|"
    r"provide|point|may|can|could|have|extend|contribute|add)\b",
    r"(?:future|further|additional|more) (?:\w+ )?(?:research|studies|study|work|trials?|"
    r"interventions?|investigation|"
    r"evaluation|efforts)\b",
    r"(?:is|are|will be) (?:discussed|considered|presented|outlined|offered)\b",
    r"(?:should|recommend(?:ed|ations?)?|is needed|are needed|warranted|warrants?)\b",
    r"(?:improved|better|increased|greater) (?:understanding|knowledge|insight) of\b",
)

OTHERS = _any(
    r"(?:previous|prior|earlier|past|recent|existing|emerging|other|growing|numerous|several|many|some|most) "
    r"(?:[\w-]+ ){0,2}?(?:studies|research|work|literature|evidence|findings|trials|reviews|meta-analys[ie]s|"
    r"authors|researchers|reports|body of)\b",
    r"(?:research|evidence|literature|studies|meta-analyses|reviews) (?:\w+ )?(?:has|have|shows?|suggests?|"
    r"indicates?|demonstrates?|supports?|exists?)\b",
    r"(?:it is (?:well[- ])?(?:known|established|documented)|has been shown|have been shown|has been found|"
    r"have been found|is known to|are known to|has been associated|have been associated)\b",
)
"""What others found."""

OTHERS_FOUND = Wording(
    r"(?:\w+,? )?[\w’'-]+ and (?:\w+ )?(?:colleagues|co-?workers|associates) (?:have |had )?(?:also )?"
    r"(?:found|reported|showed|described|observed|demonstrated|concluded)\b|"
    r"(?:\w+,? )?(?:previous|prior|earlier|past) (?:[\w-]+ ){0,2}?(?:studies|research|work|trials?|"
    r"reviews?|literature)"
    r"\b[^.;,]{0,60}\b(?:found|find|finds|showed|shows?|shown|reported|suggest\w*|indicat\w*|demonstrat\w*|"
    r"observed)\b"
)
"""With these words a sentence of any section begins to tell what others found."""
OTHERS_DID = Wording(
    r"(?:previous|prior|earlier|past|existing) (?:[\w-]+ ){0,2}?(?:studies|trials|reviews|research|"
    r"surveys|work) "
    r"(?:in|of|among|with|on|from)\b"
)
"""With these it tells of whom or what others studied."""

CITED = re.compile(
    r"\((?:e\.g\.,? |see |cf\. )?[A-Z][\w’'-]+[^()]{0,160}?\b(?:19|20)\d\d[a-z]?[^()]{0,120}\)"
    r"|\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]|\bet al\b"
)
"""A citation in the text."""

POSSIBLE = _any(
    r"(?:may|might|could|can|would|should|must|will|shall)\b",
    r"(?:potential(?:ly)?|possibl[ey]|promising|promise|likely to be an? effective|prospect of|"
    r"opportunit(?:y|ies) to)\b",
    r"(?:whether|if|hypothesi[sz]\w*|expect(?:ed|s)?|anticipat\w+|unclear|unknown|not (?:well "
    r")?(?:known|understood)|"
    r"poorly understood|little is known|less is known)\b",
    r"(?:need(?:s|ed)? (?:to|for)|aim(?:s|ed)? (?:to|at|for)|intend(?:s|ed)? to|designed to|seek(?:s|"
    r"ing)? to|"
    r"sought to|tr(?:y|ies|ied|ying) to|work(?:s|ed|ing)? to|striv\w+ to|hop(?:e|es|ed|ing) (?:to|"
    r"that)|plan(?:s|ned)? to|"
    r"in order to|so as to|with the goal of|for the purpose of)\b",
    r"(?:future|further) (?:research|studies|work|interventions?|trials?)\b",
    r"power(?:ed)? (?:\w+ )?to\b(?!.*,)|to detect\b(?!.*,)|(?:was|were|is|are) defined (?:as|by)",
    r"(?:higher|lower|greater|larger) (?:scores?|values?|numbers?|levels?|ratings?) "
    r"(?:\w+ )?(?:indicat|reflect|represent|denot|signif|mean)\w*",
    r"(?:focus|concentrat)\w* on|devoted to|committed to|geared to\w*|oriented to\w*",
    r"want(?:s|ed)?|wish(?:es|ed)?|desired?|requested|asked for|longed for",
    r"cannot (?:conclude|say|determine|tell|know)|could not (?:conclude|determine|establish|tell)|not "
    r"possible to",
)
"""A statement behind one of these, in the same clause, is no result."""

AS_EXPECTED = Wording(
    r"\b(?:contrary to|consistent with|in line with|against|as|than|unlike|supporting|(?:in )?support of) "
    r"(?:\w+ ){0,3}?(?:hypothes\w+|expect\w+|anticipat\w+)",
)
"""What sounds like a possibility and compares a result with it: `contrary to our hypothesis`."""

_FOR = r"(?:\w+ )?(?:that|for|of|on|to suggest|to support|regarding|about|whether|as to)\b"
SCARCE_EVIDENCE = Wording(
    r"\b(?:(?P<none>no|little)|insufficient|limited|scarce|scant|sparse|weak|inconclusive|inadequate|"
    rf"not enough|(?:a |the )?lack of|lacking) (?:[\w-]+ ){{0,3}}?(?:evidence|data|research|proof|support) "
    rf"{_FOR}",
)
EVIDENCE = Wording(
    rf"\b(?:evidence|data|research|proof|support|findings) {_FOR}",
)
IS_LACKING = Wording(
    r"\b(?:is|was|are|were|remains?|remained) (?:\w+ )?(?:lacking|limited|scarce|scant|sparse|insufficient|"
    r"absent|inconclusive|weak|unclear|uncertain|unknown|unavailable|missing|"
    r"not (?:available|clear|known|established|convincing|strong))\b",
)
"""Evidence that something is so, and that it is missing: a gap, not a result."""

STATISTIC = Wording(
    r"\bconfidence(?= (?:intervals?|limits?|levels?|bounds?|regions?)\b)|\d\s?% confidence\b"
    r"|\b(?:level|degree) of confidence\b|\bquality of (?:the )?evidence\b",
)
"""Words of a statistic, which name no outcome."""

NEEDED = Wording(
    r"\b(?:is|are|was|were) (?:\w+ )?(?:needed|warranted|recommended|required|necessary|encouraged|not "
    r"known|unknown|unclear)\b|\b(?:remains?|remained|(?:is|are|was|were|has|have) (?:yet|still)) to be \w+"
    r"|\bremain(?:s|ed)? (?:unknown|unclear|untested|uncertain|open)\b"
    r"|\bcannot be (?:attributed|drawn|inferred|ruled out|established|generali[sz]ed|determined)\b"
    r"|\bno causal\b|\b(?:had|has|have|played) no (?:role|part)\b|\b(?:funded|sponsored) by\b"
    r"|\bdid not (?:use|collect|assess|measure|record|examine|evaluate|conduct|ask)\b",
)

PURPOSE = Wording(r"\bto(?:\s+\w+ly)?(?:\s+\w+(?:,)?\s+(?:and|or))?\s+$")
"""What stands before a verb that tells a purpose: `to`, perhaps with an adverb or another verb."""

ACHIEVED = Wording(
    r"\b(?:able|unable|help(?:s|ed|ing)?|enabl(?:e[sd]?|ing)|allow(?:s|ed|ing)?|le(?:d|ads?|ading)|"
    r"likely|managed|"
    r"learn(?:ed|t|ing)?|began|found|shown|show|appear(?:s|ed)?|seem(?:s|ed)?|contribut\w+|continu\w+|"
    r"tend(?:s|ed)?|"
    r"due|owing|related|linked|associated|correlated|tied|equal|according|proved|proven|reported|effective|"
    r"relation|respect|"
    r"regard)\b(?:\s+[\w’'-]+){0,4}\s*$"
)
"""Words after which `to improve` tells of something that happened."""

GOAL = Wording(
    r"\b(?:goals?|aims?|objectives?|purposes?|priorit(?:y|ies)|vision|"
    r"mission)\b(?:\s+\w+){0,2}?\s*(?:of|:|is|was|to)\s*(?:\w+\s+){0,3}$",
)
"""Words that make a goal of the outcome behind them."""

FUTURE = Wording(
    r"\b(?:next (?:steps?|stage|phase)|future|further|(?:is|are|was|were|be) (?:\w+ )?(?:under way|"
    r"needed|warranted|"
    r"required|"
    r"recommended|underway)|await\w*|should|(?:larger|definitive|full(?:y[- ]powered|-scale)?) (?:\w+ "
    r"){0,3}?trials?|"
    r"plan(?:s|ned)? (?:to|for)|call(?:s|ed)? for)\b"
)
"""Plans: a design that is named with one of these is not that of this study."""

PEER = Wording(
    r"\bpeers?[\s-]?(?:support|led|delivered|run|operated|provided|based|worker|provider|specialist|mentor|"
    r"navigat|coach|counsel|advoca|staff|recovery|program|service|facilitat|educat|bridger|technician|"
    r"intervention|practice|work|supporter)\w*"
    r"|\bmentor mothers?\b|\bpeers? (?:who|of the same)\b|\b(?:twelve|12)-step\b|\bexperts? by experience\b|"
    r"\bexpert patients?\b|\bpromotor\w+|\bclubhouses?\b|\brecovery colleges?\b|\bbefriend\w+|\bled by "
    r"peers\b"
    r"|\blived[\s-]experience\b|\bmutual[\s-](?:aid|help|support)\b|\brecovery coach|"
    r"\bconsumer[\s-](?:provider|run|operated|survivor|delivered)"
    r"|\bteams? of peers\b|\bpeers (?:are|were|act|who|described|with lived)\b|\bself-help group"
)
"""A peer context: what makes weak labels count."""

PERSONS = either(
    """people, persons?, individuals?, adults?, patients?, clients?, participants?, women, men, veterans?,
    youths?, those, adolescents?, mothers, consumers?, survivors?, members, residents, students, users,
    inmates, parents, smokers, workers, peers, sample, someone, anyone, populations?"""
)
"""Nouns for people, whoever they are."""

SOMEBODY = Wording(
    rf"\b{PERSONS} (?:living |diagnosed |presenting )?"
    r"(?P<what>(?:with|in|released|returning|exiting|admitted|leaving|who|experiencing|living|recovering|"
    r"receiving|"
    r"discharged|treated) "
    r"(?:[\w-]+ ?){1,6})"
)
"""People named by what they have or do: `women with X`."""

_CAPITALISED = r"[A-Z][\w’'-]*(?: (?:of|for|the|and|to|in|with)(?= )| [A-Z][\w’'-]*)"
INSTRUMENT = re.compile(
    rf"\b{_CAPITALISED}* (?:Scales?|Inventory|Index(?! Medicus)|Questionnaire|Schedule|Checklist|"
    rf"Instrument|Battery|"
    r"Subscales?|Inventories)\b"
    rf"|\b{_CAPITALISED}+ (?:scales?|inventory|index|questionnaire|Interview|Monitor|Survey|"
    rf"Follow-?[Bb]ack|Measure|"
    r"Profile|Test)\b(?! (?:[Gg]uide|[Ss]tud|[Dd]ata))"
    r"|(?<=\()[A-Z][A-Za-z]*-\d{1,2}(?=\))|\b(?:PHQ|GAD|PCL|AUDIT|BSI|RAS|SF|WHOQOL|WHO|BASIS|MMSE|CD-RISC|"
    r"EQ|K)"
    r"-\d{1,3}[A-Z]?\b|\b(?:CES-D|AUDIT-C|BDI-II|ISMI|WHODAS)\b"
)
"""The name of an instrument: capitalised words before its noun, or a short form with a number in brackets."""


_OF_INSTRUMENTS = (
    *(
        "scale",
        "inventor",
        "index",
        "questionnaire",
        "schedule",
        "checklist",
        "instrument",
        "battery",
        "interview",
    ),
    *(
        "monitor",
        "survey",
        "follow",
        "measure",
        "profile",
        "test",
        "-1",
        "-2",
        "-3",
        "-4",
        "-5",
        "-6",
        "-7",
        "-8",
        "-9",
    ),
    *("ces-d", "audit", "bdi", "ismi", "whodas"),
)
"""Letters of which a text has some where an instrument is named."""


@lru_cache(maxsize=256)
def instruments(text: str) -> tuple[tuple[int, int], ...]:
    """The places of the names of instruments in a text; asked several times of each sentence."""
    low = lowered(text)
    for letters in _OF_INSTRUMENTS:
        if letters in low:
            return tuple([match.span() for match in INSTRUMENT.finditer(text)])
    return ()


MEASURED_TO_END = re.compile(
    r"(?: (?:Rating|Symptoms?|Severity|Screening|Assessment|Self-Report|Self-Rating|Outcomes?|Impact|"
    r"Experiences?|"
    r"Status|Total|Short|Brief|Revised|State|Thoughts|Level|Behaviou?r|Specific|Global))*"
    r"(?: (?:of|in|for|to|with|and) .*)?(?: \w+)?"
)
"""Between an outcome and the end of an instrument's name: it measures the outcome, and not attitudes to "
"it."""
