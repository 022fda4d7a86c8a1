"""A sentence -> what it says, token by token: words by lemma, names, numbers and dates."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.cite.figures import DATE, NUMBER, date_keys, number_value
from rag.cite.grammar import (
    ABBREVIATED,
    ARTICLES,
    ENGLISH,
    OTHER_LANGUAGES,
    PREPOSITIONS,
    TITLES,
    UNIT_SYMBOLS,
)
from rag.cite.lemma import is_participle, lemmas

_FOLDED = str.maketrans("“”„«»‘’‚`–‑−\xa0\u202f", '"""""\'\'\'\'—--  ')
_TOKEN = re.compile(
    r"""
    (?P<space>\s+) | (?P<dotted>(?:[^\W\d_]\.){2,}) | (?P<version>\d+(?:\.\d+){2,})
    | (?P<ordinal>\d+(?:st|nd|rd|th)\b) | (?P<symbol>[a-z]{0,3}[$€£¥]|%|per\s?cent\b|°[CF]\b)
    | (?P<word>[^\W_]+(?:'[^\W_]+)*) | (?P<mark>[,;:()\[\]"—!?.…])
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ORDINALS = {
    "first": "1th", "second": "2th", "third": "3th", "fourth": "4th", "fifth": "5th",
    "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip
_BE = {
    "am": "present", "is": "present", "are": "present", "was": "past", "were": "past",
    "be": "", "been": "", "being": "being",
}  # fmt: skip
# With "a" before them they say of some what they deny of many alone.
_WITH_ARTICLE = frozenset(["few", "little"])
_PRONOUN_IS = frozenset("it he she that there here who what where".split())
_SPLIT = {"cannot": ["can", "not"], "won't": ["will", "not"], "can't": ["can", "not"],
          "shan't": ["shall", "not"]}  # fmt: skip
_CONTRACTED = {"'re": "are", "'m": "am", "'ve": "have", "'ll": "will"}
# Behind one of these, a full stop ends no sentence, nor a phrase.
_ABBREVIATIONS = TITLES | frozenset("st no vs jr sr inc co corp ltd approx etc al fig".split())
_HAVE = frozenset("have has had having".split())
_DO = frozenset("do does did".split())


@dataclass(frozen=True, slots=True)
class Token:
    """One thing that a sentence says.

    ``own`` are the keys of which one must be among the keys that a source ``says``. ``mark`` is the
    punctuation before it, ``free`` the articles and auxiliaries there, which carry no claim.
    """

    text: str
    kind: str
    own: frozenset[str]
    says: frozenset[str]
    mark: str = ""
    free: str = ""


def fold(text: str) -> str:
    """Text with one kind of quotation mark, apostrophe, dash and space."""
    return " ".join(text.translate(_FOLDED).split())


def is_english(text: str) -> bool:
    """Whether a text reads as English: the rules of law 3 know no other language."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if sum(not word.isascii() for word in words) * 3 > len(words):
        return False
    english = sum(word in ENGLISH for word in words)
    other = sum(word in OTHER_LANGUAGES for word in words)
    return english > other or (other == 0 and len(words) < 12)


@lru_cache(maxsize=4096)
def read_tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a sentence; function words without a claim of their own are folded away."""
    return tuple(_without_free(_Scanner(fold(text)).found))


class _Scanner:
    """Reads a folded sentence; ``found`` are its tokens, function words among them."""

    def __init__(self, text: str) -> None:
        self.found: list[Token] = []
        self._mark = ""  # the punctuation since the last token
        self._currency = ""  # its sign, whose number is still to come
        self._initial = True  # whether a sentence, or a part of one, begins here
        at = 0
        while at < len(text):
            at = self._date_end(text, at) or self._number_end(text, at) or self._piece_end(text, at)

    def _add(self, text: str, kind: str, key: str) -> None:
        self._add_keys(text, kind, frozenset({key}))

    def _add_keys(
        self, text: str, kind: str, own: frozenset[str], says: frozenset[str] = frozenset()
    ) -> None:
        self.found.append(Token(text, kind, own, says or own, self._mark))
        self._mark, self._initial = "", False

    def _add_currency(self, *, behind_number: bool) -> None:
        """The sign of a currency, as its name where it stood before a number."""
        if sign := self._currency:
            self._add(sign, "word", UNIT_SYMBOLS.get(sign, sign) if behind_number else sign)
            self._currency = ""

    def _date_end(self, text: str, at: int) -> int:
        """Where the date that begins at a place ends; 0 if there is none."""
        date = DATE.match(text, at) if _begins_word(text, at) else None
        if not date or not _is_date(date, self.found):
            return 0
        written, says = date_keys(date)
        self._add_keys(date.group().lower(), "date", frozenset({written}), says)
        return date.end()

    def _number_end(self, text: str, at: int) -> int:
        """The same of a number."""
        number = NUMBER.match(text, at) if _begins_word(text, at) else None
        value = number_value(number) if number else None
        if number is None or value is None or _piece(text, at)["version"]:
            return 0
        negative = text[at - 1 : at] == "-" and not text[max(0, at - 2) : at - 1].strip()
        key = f"#{'-' if negative else ''}{value.normalize():f}"
        self._add(number.group().lower(), "number", key)
        self._add_currency(behind_number=True)
        return number.end()

    def _piece_end(self, text: str, at: int) -> int:
        """Where a word, a sign or a mark ends."""
        self._add_currency(behind_number=False)
        match = _piece(text, at)
        piece = match.group()
        low = piece.lower()
        if match["mark"]:
            behind = self.found[-1].text if self.found and not self._mark else ""
            self._mark += "" if piece == "." and behind in _ABBREVIATIONS else piece
            self._initial = self._initial or piece in '":'
        elif match["symbol"] and piece[-1] in "$€£¥":
            self._currency = low
        elif match["symbol"] or match["version"] or (match["sign"] and piece not in "-'_"):
            symbol = "percent" if low.startswith("per") else low
            self._add(symbol, "word", UNIT_SYMBOLS.get(symbol, symbol))
        elif match["ordinal"]:
            self._add(low, "word", re.sub(r"\D+$", "th", piece))
        elif match["dotted"]:
            name = piece.replace(".", "")
            self._add(low, "name" if name.isupper() else "word", f"^{name.upper()}")
        elif match["word"]:
            for word in filter(None, _split_word(piece)):
                kind, own = _word_keys(word, self._initial, self.found)
                self._add_keys(word.lower(), kind, own)
        return match.end()


def _piece(text: str, at: int) -> re.Match[str]:
    match = _TOKEN.match(text, at)
    assert match is not None  # some branch takes any character
    return match


def _begins_word(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    return not (before.isalnum() or before == "_")


def _is_date(match: re.Match[str], found: list[Token]) -> bool:
    """Whether what looks like a month is one: not the verb "may", "march" or the name "Mark"."""
    text = match.group()
    if any(c.isdigit() for c in text):
        return any(c.isupper() for c in text) or "-" in text
    month = text.lower().rstrip(".")
    if month in ("may", "march"):
        before = found[-1].text if found else ""
        return text[0].isupper() and (
            before in PREPOSITIONS
            or before in ("of", "by", "last", "next", "early", "late", "until")
        )
    return text[0].isupper() and len(month) > 3


def _split_word(word: str) -> list[str]:
    low = word.lower()
    if low in _SPLIT:
        return _SPLIT[low]
    if low.endswith("n't"):
        return [word[:-3], "not"]
    stem, apostrophe, ending = word.rpartition("'")
    if not apostrophe:
        return [word]
    if ending.lower() == "s":
        return [stem, "is" if stem.lower() in _PRONOUN_IS else "'s"]
    contracted = _CONTRACTED.get("'" + ending.lower())
    return [stem, contracted] if contracted else [word]


def _word_keys(word: str, initial: bool, found: list[Token]) -> tuple[str, frozenset[str]]:
    low = ABBREVIATED.get(word.lower(), word.lower())
    before = found[-1] if found else None
    if before and before.kind == "number" and low in ("am", "pm"):
        return "word", frozenset({f"^{low.upper()}"})
    if before and before.text == "a" and before.kind == "word" and low in _WITH_ARTICLE:
        return "word", frozenset({f"a {low}"})
    if word == "A" and not initial:
        return "name", frozenset({"^A"})
    if low in _BE:
        return "be", frozenset({f"be:{_BE[low]}"} if _BE[low] else {"be:present", "be:past"})
    if word.isupper() and 2 <= len(word) <= 5:
        return "name", frozenset({f"^{word}"})
    if low in _ORDINALS:
        return "word", frozenset({_ORDINALS[low], low})
    if before and before.kind == "number" and low in UNIT_SYMBOLS:
        return "word", frozenset({UNIT_SYMBOLS[low]})
    if word[0].isupper() and not initial:
        return "name", frozenset({low})
    return "word", lemmas(low) | ({low} if word[0].isupper() else frozenset())


def _without_free(raw: list[Token]) -> list[Token]:
    tokens: list[Token] = []
    mark = free = ""
    for i, token in enumerate(raw):
        article = token.text in ARTICLES and token.kind == "word"
        if article or token.text == "that" or _is_auxiliary(raw, i):
            mark, free = mark + token.mark, f"{free} {token.text}"
            continue
        tokens.append(replace(token, mark=mark + token.mark, free=free.strip()))
        mark = free = ""
    return tokens


def _is_auxiliary(raw: list[Token], i: int) -> bool:
    if raw[i].text in _DO:
        return True
    if raw[i].text not in _HAVE:
        return False
    following = [t for t in raw[i + 1 : i + 4] if t.text not in ("not", "never", "also", "already")]
    return bool(following) and is_participle(following[0].text)
