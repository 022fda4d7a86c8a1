"""The lemmas that an English word form may belong to: two forms are one word if they share one.

Rules and a table of the irregular ones. simplemma 2.0 was tried on a few hundred forms: it takes
"founded" for "found" and "best" for "better" and does not know "saying" or "growing", errors that
here would let a false claim pass or hold up a true one.
"""

import re
from functools import lru_cache

# Each line: the lemma and its other forms; the last is the past participle.
_IRREGULAR_VERBS = """
arise arose arisen|awake awoke awoken|bear bore borne|beat beat beaten|become became become
begin began begun|bend bent|bet bet|bid bade bid|bind bound|bite bit bitten|bleed bled
blow blew blown
break broke broken|breed bred|bring brought|broadcast broadcast|build built|burn burnt|burst burst
buy bought|catch caught|choose chose chosen|cling clung|come came come|cost cost|creep crept
cut cut
deal dealt|dig dug|do did does doing done|draw drew drawn|dream dreamt|drink drank drunk
drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found
flee fled
fling flung|fly flew flown|forbid forbade forbidden|forecast forecast|forget forgot forgotten
forgive forgave forgiven|freeze froze frozen|get got gotten|give gave given|go went goes gone
grind ground|grow grew grown|hang hung|have has had having had|hear heard|hide hid hidden|hit hit
hold held|hurt hurt|keep kept|kneel knelt|know knew known|lay laid|lead led|learn learnt|leave left
lend lent|let let|lie lay lying lain|light lit|lose lost|make made|mean meant|meet met|mow mown
overcome overcame overcome|overthrow overthrew overthrown|overtake overtook overtaken|pay paid
prove proved proven|put put|quit quit|read read|rebuild rebuilt|ride rode ridden|ring rang rung
rise rose risen|run ran run|say said|see saw seen|seek sought|sell sold|send sent|set set|sew sewn
shake shook shaken|shed shed|shine shone|shoot shot|show showed shown|shrink shrank shrunk
shut shut
sing sang sung|sink sank sunk|sit sat|sleep slept|slide slid|sow sown|speak spoke spoken|speed sped
spend spent|spill spilt|spin spun|split split|spoil spoilt|spread spread|spring sprang sprung
stand stood|steal stole stolen|stick stuck|sting stung|strike struck stricken|strive strove striven
swear swore sworn|sweep swept|swell swelled swollen|swim swam swum|swing swung|take took taken
teach taught|tear tore torn|tell told|think thought|throw threw thrown|tie tying tied
die dying died
undergo underwent undergone|understand understood|undertake undertook undertaken|uphold upheld
wake woke woken|wear wore worn|weave wove woven|weep wept|win won|wind wound
withdraw withdrew withdrawn
override overrode overridden|oversee oversaw overseen|foresee foresaw foreseen|undo undid undone
redo redid redone|mislead misled|misunderstand misunderstood|mistake mistook mistaken
rewrite rewrote rewritten|remake remade|repay repaid|undercut undercut|outdo outdid outdone
offset offset|upset upset|overhear overheard|forgo forwent forgone|resell resold|rethink rethought
retake retook retaken|overrun overran overrun|outgrow outgrew outgrown|unwind unwound
withhold withheld|withstand withstood|write wrote written
"""
_IRREGULAR_NOUNS = """
man men|woman women|child children|foot feet|tooth teeth|goose geese|mouse mice|life lives
wife wives
knife knives|half halves|loaf loaves|shelf shelves|thief thieves|wolf wolves|leaf leaves
criterion criteria|phenomenon phenomena|analysis analyses|crisis crises|thesis theses|basis bases
hypothesis hypotheses|index indices|appendix appendices|vertex vertices|stimulus stimuli
species species
series series|ox oxen
"""
_ROWS = [row.split() for row in re.split(r"[|\n]", _IRREGULAR_VERBS) if row]
_IRREGULAR: dict[str, set[str]] = {}
for _row in [*_ROWS, *(row.split() for row in re.split(r"[|\n]", _IRREGULAR_NOUNS) if row)]:
    for _form in _row:
        _IRREGULAR.setdefault(_form, set()).add(_row[0])
_PARTICIPLES = frozenset(row[-1] for row in _ROWS) | {"been", "got", "hung", "struck"}
VERB_LEMMAS = frozenset(row[0] for row in _ROWS)
PAST_FORMS = frozenset(form for row in _ROWS for form in row[1:] if not form.endswith("ing"))
_SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")  # its last letter would have been doubled
_DOUBLED = re.compile(r".*([bdfgklmnprstvz])\1")
_BRITISH = re.compile(r"(?<=\w{3}i|\w\wly)s(?=(?:e|es|ed|er|ers|ing|ation|ations)$)")
# The endings that are spelled otherwise in America: centre, programme, catalogue, colour.
_AMERICAN_ENDINGS = (
    (re.compile(r"(?<=\w[bt])re$"), "er"),
    (re.compile(r"(?<=\w{4})mme$"), "m"),
    (re.compile(r"(?<=\w{4})ogue$"), "og"),
    (re.compile(r"(?<=\w{3})our$"), "or"),
)
_AMERICAN = {
    "grey": "gray", "licence": "license", "defence": "defense", "offence": "offense",
    "pretence": "pretense", "aluminium": "aluminum",
}  # fmt: skip


@lru_cache(maxsize=50_000)
def lemmas(word: str) -> frozenset[str]:
    """The lemmas that a lower-cased form may belong to; American and British spelling are one."""
    found = _IRREGULAR.get(word) or {word, *_regular(word)}
    return frozenset(_american(lemma) for lemma in found)


def is_past(word: str) -> bool:
    """Whether a form may be a past tense or participle."""
    return word in PAST_FORMS or word.endswith("ed")


def is_participle(word: str) -> bool:
    """Whether a form may be a past participle."""
    return word in _PARTICIPLES or (word.endswith("ed") and len(word) > 3)


def _regular(word: str) -> list[str]:
    if len(word) < 4 or not word.isalpha():
        return []
    if word.endswith("ies") and len(word) > 4:
        return [word[:-3] + "y", word[:-1]]
    if re.search(r"(?:[sxz]|ch|sh|o)es$", word):
        return [word[:-2], word[:-1]]
    if word.endswith("s") and word[-2] not in "sui":
        return [word[:-1]]
    if word.endswith("ied"):
        return [word[:-3] + "y"]
    for suffix in ("ed", "ing"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 1 and re.search(r"[aeiouy]", stem):
            if _DOUBLED.fullmatch(stem):
                return [stem, stem[:-1]]
            return [stem + "e"] if _SHORT.fullmatch(stem) else [stem, stem + "e"]
    return []


def _american(word: str) -> str:
    word = _BRITISH.sub("z", _AMERICAN.get(word, word))
    for ending, american in _AMERICAN_ENDINGS:
        word = ending.sub(american, word)
    return word
