"""Question -> the same without what only frames it: courtesy, and that the documents are asked.

What is found and pointed at depends on each word of a question, so "Hi! Can you tell me when the
pool opens? Thanks" would be answered otherwise than "When the pool opens?".
"""

import re
from itertools import pairwise

from rag.converse import standalone
from rag.datatypes import Message
from rag.sentences import sentence_spans

_ASKS = (
    r"(?:(?:(?:about|at|by|for|from|in|of|on|since|to|until|with)\s+)?"
    r"(?:how|what|when|where|which|who(?:m|se)?|why)"
    r"|(?:am|is|are|was|were|do|does|did|has|have|had|can|could|may|must|should|will|would))\b"
)
_SOURCES = (
    r"(?:the|this|these|those|my|our|your)\s+"
    r"(?:(?:above|attached|available|following|given|indexed|provided|source|supplied|uploaded)\s+)*"
    r"(?:articles?|contents?|contexts?|documents?|docs|excerpts?|files?|information|materials?|"
    r"passages?|sources?|texts?)(?:\s+(?:above|given|provided|supplied))?"
)
_ACCORDING = r"(?:according\s+to|as\s+(?:described|mentioned|stated)\s+in|as\s+per|based\s+on)"
_BEFORE = re.compile(
    rf"""
    (?:hi|hello|hey|good\ (?:morning|afternoon|evening))(?:\ (?:all|everyone|there|\w+))?[,.!]+\s+
    | (?:okay|ok|so|well|now|right|alright|thanks|thank\ you|sorry|excuse\ me)[,.!]+\s+
    | (?:quick|simple|another|one\ more|just\ a)\ question\s*[:,.-]+\s*
    | (?:please|kindly)\b[,:]?\s*(?={_ASKS})
    | (?:{_ACCORDING}|from|in|per|using|within)\s+{_SOURCES}\s*[,:]\s*
    | (?:(?:please|kindly)[,\s]+)?
      (?:
          (?:(?:can|could|do|will|would)\ you\ (?:(?:please|kindly|perhaps|maybe|happen\ to)\ )?)?
          (?:tell\ me|tell\ us|say|let\ me\ know|inform\ me|check|find\ out|look\ up|know|remember)
        | (?:do|does|would)\ any(?:one|body)\ know
        | (?:any|have\ you\ any|do\ you\ have\ any)\ (?:idea|clue)(?:\ of)?
        | i(?:['’]d|\ would|\ do)?\ (?:really\ )?(?:like|love|need|want|wish)\ to\ (?:ask(?:\ you)?|
          find\ out|know|learn|understand)
        | i(?:['’]m|\ am|\ was)\ (?:just\ )?(?:curious|wondering|trying\ to\ (?:know|understand))
        | i\ (?:just\ )?wonder(?:ed)?
      )
      (?:\ please)?\s*[,:]?\s+(?={_ASKS})
    """,
    re.I | re.X,
)
_AFTER = re.compile(
    rf"""
    (?<=[.?!])\s+(?:many\ )?(?:thanks|thank\ you|cheers|thx)\b[^.?!]{{0,30}}[.!]*$
    | (?<=[.?!])\s+(?:please[,\s]+)?(?:answer|be|give|keep|reply|respond)\b[^.?!]{{0,40}}
      \b(?:brief|briefly|concise|concisely|detail|precise|precisely|sentences?|short|shortly|words?)
      [^.?!]{{0,20}}[.!]*$
    | ,?\s+(?-i:please|thanks|thank\ you)\s*[.!]*(?=\??$)
    | ,?\s+{_ACCORDING}\s+{_SOURCES}\s*[.!]*(?=\??$)
    """,
    re.I | re.X,
)
_OPENS = re.compile(_ASKS, re.I)
_IN_TITLE = re.compile(
    rf"^(?:about|according\s+to|as\s+per|for|from|in|on|per)\s+"
    rf"(?:“[^“”]+”|\"[^\"]+\"|‘[^‘’]+’),?\s+(?={_ASKS})",
    re.I,
)
_ASIDE = re.compile(  # and not the words of a conversation that a follow-up leans on
    r"(?<=[?.!])\s*\((?:about|according|as|at|concerning|for|from|i|if|in|of|on|per|regarding|see|"
    r"we|when|with)\b[^()]+\)[\s.?!]*$",
    re.I,
)


def unframed(question: str) -> str:
    """The question itself, with a question mark where a word that asks begins it.

    As it stands where nothing else is left of it.
    """
    bare = question.strip()
    while (match := _BEFORE.match(bare)) and match.end() < len(bare):
        bare = bare[match.end() :]
    while (match := _AFTER.search(bare)) and match.start():
        bare = bare[: match.start()] + bare[match.end() :]
    if bare != question.strip():
        bare = bare[:1].upper() + bare[1:]
    if not _OPENS.match(bare) or "?" in bare or bare.endswith("!"):
        return bare
    return bare.rstrip(" .") + "?"


def asked_alone(question: str) -> str:
    """What is asked, without what else is told: where to look, what for, who asks.

    Other sentences, a title in quotes before it, and brackets behind it. What it leans on of those
    sentences stays: "The pump leaks. How do I mend it?" asks how to mend the pump.
    """
    bare = _ASIDE.sub("", question)
    starts = [start for start, _ in sentence_spans(bare) if bare[start] != "("]
    sentences = [bare[a:b].strip() for a, b in pairwise([*starts, len(bare)])]
    asking = [sentence for sentence in sentences if sentence.endswith("?")]
    asking = asking or [sentence for sentence in sentences[-1:] if _OPENS.match(sentence)]
    if not asking:
        return bare
    told = [Message("user", sentence) for sentence in sentences if sentence not in asking]
    return standalone(" ".join(unframed(_IN_TITLE.sub("", one)) for one in asking), told)


def same_but_for_marks(question: str, other: str) -> bool:
    """Whether two questions are the same but for the marks at their ends."""
    return question.strip().rstrip(" .?") == other.strip().rstrip(" .?")
