"""The finite verb of a sentence, and whether it tells an event, a state or a rule.

What happened once, happened; where and for whom may be left out. What is so, or is so much, or
holds in general, holds only where and when and for whom the sentence says.
"""

from enum import Enum

from rag.cite.grammar import PREPOSITIONS, PRONOUNS
from rag.cite.lemma import VERB_LEMMAS, is_participle, is_past
from rag.cite.tokens import Token


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODALS = _words("will would can could may might must shall should")
# Regular verbs that are rarely nouns: with the ending -s they are plain to see.
_REGULAR = _words(
    """
    accept achieve acquire add adjust admit adopt advise affect agree allow announce appear apply
    appoint approve argue arrive ask assert assess assign assist assume attend avoid believe belong
    boil carry cause choose claim close collect combine commit compare comply comprise concern
    conclude confirm connect consider consist contain continue contribute convert cover create
    decide declare decline deduct define deliver demand depend describe deserve destroy determine
    develop die differ direct disable discover discuss dissolve distribute earn elect eliminate
    employ enable encourage endorse enforce enjoy ensure enter establish evaluate exceed exclude
    exist expand expect expire explain export express extend fail feature follow force form
    function gain generate govern grant guarantee happen identify illustrate import improve
    include indicate inhabit inherit inform introduce invest invite involve join last lease listen
    live locate lower maintain manage measure merge modify obtain occupy occur offer open operate
    oppose orbit order organise organize own participate perform permit possess predict prefer
    prepare prevent process produce prohibit promote protect provide publish pursue qualify reach
    receive recognise recognize recommend reduce refer reflect refuse regard regulate reject relate
    rely remain remember remove replace represent require resemble reside resign resolve respond
    restrict result retain reveal save seem select serve settle solve start state stay store suffer
    abandon absorb accompany accuse acknowledge address administer advance analyse analyze appeal
    arrange arrest assemble attach attract attribute back bake ban behave bite blame block borrow
    breathe bury calculate cancel celebrate cite clean climb coincide collapse command commission
    communicate compete compile complain complete compose compromise compute conceal conduct
    confuse construct consult consume contrast control cook cooperate correspond criticise
    criticize cultivate cure cycle damage deal decrease dedicate defeat defend delay
    delete deny deposit derive detect deteriorate digest disappear discharge dismiss display
    dispute dominate double drain educate eject emerge emphasise emphasize encounter encrypt
    erupt excel exhibit expose fade favour favor feed fill filter finance flow
    fold fulfil fulfill gather graduate handle harm heal honour ignore imagine impose incorporate
    incur infect influence injure insist install integrate intend intervene invent issue kill lack
    lecture limit link load log melt migrate miss monitor motivate multiply negotiate
    notice observe omit originate outline override oversee perceive persuade
    portray preserve press print prevail proceed proclaim prompt propose prove pull
    purchase push rank react realise realize reassure rebuild recall recover recruit recycle
    register reinforce rescue restore resume retire retrieve rotate scatter schedule
    separate shift shrink sign specialise specialize specify speculate sponsor stimulate strengthen
    stress struggle submit substitute succeed sue suspect suspend sustain swallow switch tackle
    threaten tolerate transmit trap trigger undermine unite update upgrade utilise utilize
    validate verify violate warm weaken widen withdraw witness worry
    suggest supply support suppose surround survive tend terminate trade transfer transform treat
    use vary visit want warn wish yield
    """
)
# As a noun as common as a verb: a verb only where an object or a clause follows.
_ALSO_NOUNS = _words(
    """
    aim answer attack attempt award benefit call change charge claim control cost count
    cover cut deal demand design drive dream drop estimate export fall fear feature fight fine
    focus force form function gain grant guide head help hit hold hope host house import
    increase issue judge land lead limit link list load lock look love make mark match matter
    mean measure meet mention mind model move name need note number offer open order pass pay phase
    place plan plant play point post power process produce promise question raise range rank rate
    record report request rest result return reveal review rise rule run sale say score
    set shape share show sign sound stand start state stop store study suit
    supply support surprise take talk target tell test touch trade train travel treat trust try turn
    use value view visit vote wait walk want win wish work
    """
)
_PLURAL = _words("people children men women they we you i these those most many some all both")
# How much something is or became: of something narrower it would be another value.
_SCALAR = _words(
    """
    rise fall grow shrink increase decrease decline drop gain improve worsen climb jump double
    halve triple slow soar plunge surge slip slump ease widen narrow deepen weaken strengthen
    recover reach exceed total average amount number stand cost weigh measure earn lose yield
    account
    """
)
_STATES = _words(
    """
    be have contain include remain require allow mean own depend consist comprise know believe live
    need involve exist belong apply seem appear tend cover hold possess resemble lack suffice stay
    like love hate want prefer doubt concern affect cause prevent protect work employ serve differ
    permit prohibit forbid restrict ban entitle exempt recommend
    """
)
# Passives that tell a rule or a state: what is allowed somewhere is not allowed.
_RULES = _words(
    """
    allow permit require recommend expect ban forbid prohibit entitle exempt cover limit restrict
    oblige advise suppose intend consider regard deem believe think know call use need found base
    locate situate waive reserve license authorise authorize approve indicate tolerate insure
    protect associate relate link pay clear pass test
    """
)


class Tells(Enum):
    """What the main verb of a sentence tells."""

    EVENT = "what happened"
    SUFFERED = "what was done to something"
    WAS = "what was so"
    RULE = "what is so, or holds in general"


def finite_verb(tokens: tuple[Token, ...]) -> int:
    """Where the first verb stands that a sentence may rest on; -1 where none is plain to see."""
    return next((i for i in range(len(tokens)) if is_finite(tokens, i)), -1)


def is_finite(tokens: tuple[Token, ...], i: int) -> bool:
    """Whether a token may be a finite verb."""
    token = tokens[i]
    if token.kind == "be" or token.text in MODALS or auxiliary(token):
        return True
    if token.kind != "word":
        return False
    if is_past(token.text):
        return not determined(token)
    return _is_present(tokens, i)


def _is_present(tokens: tuple[Token, ...], i: int) -> bool:
    token = tokens[i]
    if not i or determined(token) or tokens[i - 1].text in PREPOSITIONS | {"of", "to", "by"}:
        return False
    named = tokens[i - 1].kind == "name"
    known = bool(token.own & _ALSO_NOUNS) and (named or _has_object(tokens, i))
    if not known and not token.own & (_REGULAR | VERB_LEMMAS) - _ALSO_NOUNS:
        return False
    before = tokens[i - 1]
    plural = before.text in _PLURAL or (before.text.endswith("s") and before.kind == "word")
    return token.text.endswith("s") or plural or before.text in PRONOUNS


def _has_object(tokens: tuple[Token, ...], i: int) -> bool:
    """Whether what follows is no noun phrase's end: "uses the", "costs 39", "reports that"."""
    if i + 1 >= len(tokens):
        return False
    following = tokens[i + 1]
    return bool(following.free) or following.kind in ("number", "name") or following.text == "to"


def determined(token: Token) -> bool:
    """Whether an article stands before a token, so that it is a noun or belongs to one."""
    return bool(set(token.free.split()) & {"a", "an", "the"})


def indefinite(token: Token) -> bool:
    """Whether "a" or "an" stands before a token."""
    return bool({"a", "an"} & set(token.free.split()))


def auxiliary(token: Token) -> str:
    """The form of "have" or "do" that was folded into a token."""
    last = token.free.rpartition(" ")[2]
    return last if last in ("has", "have", "had", "did", "does", "do") else ""


def has_verb(tokens: tuple[Token, ...]) -> bool:
    """Whether a finite verb is plain to see."""
    return finite_verb(tokens) >= 0


def seems_to_have_verb(tokens: tuple[Token, ...]) -> bool:
    """Whether a verb is plain to see, or some word of a longer text may be one by its ending."""
    return has_verb(tokens) or (
        len(tokens) > 3 and any(_may_be_present(tokens, i) for i in range(1, len(tokens)))
    )


def _may_be_present(tokens: tuple[Token, ...], i: int) -> bool:
    token, before = tokens[i], tokens[i - 1]
    ends = token.text.endswith("s") or (before.text.endswith("s") and before.kind == "word")
    plain = not determined(token) and before.text not in PREPOSITIONS | {"of", "to", "by"}
    return token.kind == "word" and ends and plain and not token.mark


def tells(tokens: tuple[Token, ...]) -> Tells:
    """What the main verb of a sentence tells; a rule where that is not plain to see."""
    i = finite_verb(tokens)
    if i < 0:
        return Tells.RULE
    verb = tokens[i]
    if verb.kind == "be":
        following = next((t for t in tokens[i + 1 : i + 4] if not _is_light(t)), None)
        done = following is not None and is_participle(following.text)
        if verb.text not in ("was", "were") and not (auxiliary(verb) and done):
            return Tells.RULE
        ruled = following is None or bool(following.own & (_RULES | _STATES | _SCALAR))
        return Tells.SUFFERED if done and not ruled else Tells.WAS
    if verb.text in MODALS or auxiliary(verb) in ("does", "do"):
        return Tells.RULE
    if not (is_past(verb.text) or auxiliary(verb)):
        return Tells.RULE
    return Tells.WAS if verb.own & (_SCALAR | _STATES) else Tells.EVENT


def _is_light(token: Token) -> bool:
    return token.text in ("not", "never", "been", "also", "then", "being") or (
        token.text.endswith("ly") and token.kind == "word"
    )


def measures(tokens: tuple[Token, ...]) -> bool:
    """Whether a sentence tells how much something is or became."""
    i = finite_verb(tokens)
    verb = tokens[i]
    if i < 0 or not any(token.kind == "number" for token in tokens[i:]):
        return False
    return verb.kind == "be" or verb.text in MODALS or bool(verb.own & (_SCALAR | _STATES))
