"""Claims that say no more than the sentence they are made from."""

import re
from collections.abc import Iterator

from perturb.draw import MONTHS, Pair


def supported(sentence: str) -> Iterator[Pair]:
    """Claims that say no more than the sentence, at most one of each kind."""
    yield Pair(sentence, sentence, "verbatim")
    changes = {"reordered": time_moved, "shortened": _shortened, "inflected": _rewritten,
               "passive": _passive}  # fmt: skip
    for kind, change in changes.items():
        claim = change(sentence)
        if claim and claim != sentence:
            yield Pair(claim, sentence, kind)


def time_moved(sentence: str) -> str | None:
    """``In 1999, A did B.`` becomes ``A did B in 1999.`` in a sentence of one plain clause."""
    match = re.fullmatch(
        r"(In|On|During|Since) ((?:\w+ )?(?:\d{1,2}, )?\d{4}), ([^,;:()]+)\.", sentence
    )
    if not match or re.search(r"\b(?:and|that|which|who|when|while|after|before|because|if|where|"
                              r"said|as|but|until|to|than|or)\b|\d{4}", match[3]):  # fmt: skip
        return None
    rest = match[3] if match[3].split()[0][0].isupper() else match[3].capitalize()
    if (
        rest.startswith(("The ", "A ", "An ", "It ", "He ", "She ", "They ")) is False
        and rest[0].islower()
    ):
        rest = rest[0].upper() + rest[1:]
    return f"{rest} {match[1].lower()} {match[2]}."


def _shortened(sentence: str) -> str | None:
    if match := re.fullmatch(
        r"([^,]{30,}), (?:which|who|where|whose|including|and|but) .*", sentence
    ):
        if re.search(r"\b(?:between|both|either|such|from|of|with|if|as|like|for)\b", match[1]):
            return None
        return match[1] + "." if ", and " not in match.group() else None
    if re.search(r"\w \([^()]+\) \w", sentence):
        return re.sub(r" \([^()]+\)", "", sentence, count=1)
    if match := re.match(
        r"(?:However|Moreover|In addition|Furthermore|Additionally), (\w)", sentence
    ):
        return match[1].upper() + sentence[match.end() :]
    return None


def _rewritten(sentence: str) -> str | None:
    if "percent" in sentence:
        return re.sub(r" percent\b", "%", sentence)
    if re.search(r"\d%", sentence):
        return re.sub(r"(\d)%", r"\1 percent", sentence)
    if match := re.search(rf"\b({'|'.join(MONTHS)}) (\d{{1,2}}), (\d{{4}})\b", sentence):
        return (
            sentence[: match.start()]
            + f"{match[2]} {match[1]} {match[3]}"
            + sentence[match.end() :]
        )
    if re.search(r"\b\d{1,3},\d{3}\b", sentence):
        return re.sub(r"\b(\d{1,3}),(\d{3})\b", r"\1\2", sentence)
    return None


def _passive(sentence: str) -> str | None:
    match = re.fullmatch(
        r"((?:The )?[A-Z]\w+(?: [A-Z]\w+)*) was (\w+ed) by ([A-Z]\w+(?: [A-Z]\w+)*)\.", sentence
    )
    return f"{match[3]} {match[2]} {match[1]}." if match else None
