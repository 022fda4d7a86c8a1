"""The small words of English, by what they may do to a claim."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PLURALS = _words("people police staff men women children")
# What is no whole: of a body some may do what the body does not.
PARTS = _words(
    """
    some any each both half most many much more less fewer few several other others another enough
    one either lower upper minority opposition faction wing dissenters critics opponents
    """
)
# What takes a little, or all but a little, from what a verb says.
DEGREES = _words("almost nearly half just partly perhaps maybe")
ARTICLES = _words("a an the")
NEGATIONS = _words(
    "not never no none nobody nothing nowhere neither nor without cannot hardly barely scarcely"
)
# What a claim with one of these says of all is not true of fewer.
UNIVERSAL = NEGATIONS | _words("all every each always any only solely sole first last least nearly")
NO_SUPERLATIVE = _words(
    "interest request protest forest west east test invest honest harvest guest rest arrest suggest"
    " contest quest nest chest latest digest conquest manifest northwest southwest northeast"
)
PREPOSITIONS = _words(
    """
    in on at during for with after before since from into near across through throughout among
    amid against within between under over along around behind beside toward towards despite
    following via outside inside
    """
)
OTHER_PREPOSITIONS = _words("of to by about as than like up down off out upon per unlike")
SUBORDINATORS = _words("because while although though whereas after before since until despite")
CONDITIONS = _words(
    """
    if unless until except excepting excluding excluded provided providing assuming supposing
    whether when whenever wherever once lest otherwise instead rather only supposedly allegedly
    reportedly apparently barring pending depending permitting failing subject contingent
    conditional minus without
    """
)
# What narrows by saying how far: in part, in theory, with the exception of.
LIMITING = _words(
    """
    part exception respect theory principle case instance degree extent circumstance condition name
    vain paper practice point sense exemption exclusion proviso caveat reservation possibility
    count reading relation regard
    """
)
# In whose eyes, or in what world, something is so: a story, a game, a plan, a trial.
FRAMES = _words(
    """
    view opinion eye mind account word standpoint perspective viewpoint novel book film movie
    story tale legend myth fable play opera song dream fiction game simulation simulator model
    scenario exercise drill rehearsal hypothesis draft proposal projection test
    """
)
# Behind the mark of a bracket or a comma they open what narrows, or takes back.
NARROWING = _words(
    """
    plus minus apart other others save bar net gross maximum minimum max min only even perhaps
    maybe likely most least more less fewer up down as
    """
)
DOUBTS = _words("probably possibly perhaps maybe presumably likely apparently seemingly")
CONCESSIVE = _words("although though despite whereas while unlike besides")
REASONS = _words("because")
# What only joins a sentence to the ones before it.
DISCOURSE = frozenset(
    [
        *("in addition", "in fact", "as result", "for example", "for instance", "in contrast"),
        *("by contrast", "in particular", "in turn", "at same time", "on other hand"),
        *("in other words", "in short", "of course", "after all"),
    ]
)
# What is so of several together is not so of each.
COLLECTIVE = _words(
    """
    consist comprise equal sum total combine mix marry meet merge average result differ compare
    share connect join link separate divide split agree compete jointly together product difference
    """
)
COORDINATORS = _words("and but while yet whereas so although though")
RELATIVES = _words("which who whose whom where")
CONNECTIVES = _words(
    """
    however but and also additionally furthermore moreover meanwhile yet so therefore thus then
    overall finally similarly specifically
    """
)
# What says how it follows from what was said before: a claim may not add that.
CONCLUDING = _words("so therefore thus then similarly finally")
# What speaks of something that another sentence names.
ANAPHORS = _words(
    "he she it they we i you him her them us me its his their our my your this these those such"
)
# Words that take back or change what the next one says.
PRIVATIVES = _words(
    """
    former ex alleged fake false proposed planned potential possible would-be acting deputy vice
    assistant anti non pseudo counterfeit failed attempted supposed prospective half future
    next last previous interim north south east west northern southern eastern western new san
    los saint st co least most almost nearly about
    real lake mount fort port cape mid central inner outer upper better worse lesser further latter
    """
)
# Adverbs that a sentence is as true without: how strongly, how fast, how plainly, how surprisingly.
# Any other may hold back what is said ("loosely fixed", "ideally taken") or turn it ("wrongly").
FREE_ADVERBS = _words(
    """
    also then later too
    absolutely accordingly accurately actively actually additionally admittedly aggressively
    bitterly bravely brutally carefully certainly cheerfully clearly closely
    confidently consequently considerably consistently constantly continually continuously
    correctly courageously dangerously deeply definitely deliberately densely directly
    dramatically drastically duly eagerly easily enormously especially evenly exceedingly
    explicitly expressly extensively extremely famously fiercely finally firmly forcefully
    fortunately freely fundamentally generously gently gradually greatly happily heavily highly
    hugely immensely importantly increasingly incredibly independently instantly intensely
    intentionally interestingly keenly kindly knowingly loudly luckily markedly massively
    naturally notably obviously openly particularly patiently peacefully personally politely
    posthumously powerfully promptly properly proudly publicly quickly quietly rapidly readily
    really remarkably repeatedly richly rightly sadly securely seriously severely sharply shortly
    significantly silently simultaneously skilfully slowly smoothly softly steadily strikingly
    strongly subsequently substantially successfully suddenly surely surprisingly swiftly tightly
    thoroughly tragically tremendously truly ultimately unanimously undoubtedly unexpectedly
    unfortunately unusually vastly vigorously violently warmly widely wisely
    """
)
REPORTING = _words(
    """
    say tell add claim report state announce argue believe think suggest warn write explain note
    complain remark insist deny declare estimate predict expect allege assert maintain concede
    acknowledge admit
    confirm reveal stress testify conclude recall reply respond caution contend hope fear doubt
    speculate promise find show indicate hint imply propose imagine pretend accuse describe
    quote cite according call
    """
)
SAYING = _words(
    """
    say add claim report state announce argue believe think suggest warn write explain note insist
    declare estimate predict assert maintain acknowledge admit confirm reveal stress testify
    conclude recall reply respond caution contend
    """
)
POSSESSIVES = _words("my your his her its our their this these those another")
AMOUNTS = _words("dollar euro pound yen percent kilometer meter mile kilogram gram liter tonne")
PRONOUNS = _words("he she it they i we you him her them us me")
TIME_NOUNS = _words(
    """
    year month week day quarter night morning evening afternoon weekend season decade century
    summer winter spring autumn
    """
)
WEEKDAYS = _words(
    "monday tuesday wednesday thursday friday saturday sunday yesterday today tomorrow tonight"
)
TITLES = _words(
    """
    mr mrs ms dr prof professor president minister king queen prince princess sir lord lady judge
    justice secretary director officer attorney commissioner colonel major admiral lieutenant
    speaker leader chief head senator sen rep general gen captain capt chancellor governor
    mayor ceo chairman pope executive premier brigadier soldier
    """
)
# Adjectives that are compared by an ending: "fewer", "Lower", "wealthier" are no one's title.
GRADED = _words(
    """
    bright broad calm cheap clean clear close cold cool damp dark dear deep dense dim dull faint
    fair fast few fierce fine firm fresh full grand great green hard harsh high keen kind large late
    lean light long loose loud low mild narrow near neat new nice odd old pale plain poor proud
    pure quick quiet rare rich rough safe scarce sharp short sick simple slim slow small smart
    smooth soft sour sparse steep stern stiff strange strict strong sweet swift tall tame thick
    tight tough vague vast warm weak weird wide wild wise young big fat fit flat hot mad red sad
    thin wet
    """
)
# What a name says its bearer is: the Supreme Court is not any court, nor Prime Minister Minister.
NAMED_KINDS = TITLES | _words(
    """
    court house bank parliament congress senate museum museums university college school council
    party committee commission department ministry union army navy force forces office agency
    company corporation association federation league cup games states kingdom republic republicans
    democrats island islands street city county river ocean sea lake bay united times post journal
    news group fund organisation organization institute hospital church park airport station center
    centre act treaty war day board authority service services series prize award awards
    americans africa korea america europe asia ireland carolina dakota virginia zealand mexico york
    """
)
UNIT_SYMBOLS = {
    "%": "percent", "$": "dollar", "us$": "dollar", "€": "euro", "£": "pound", "¥": "yen",
    "g": "gram", "kg": "kilogram", "mg": "milligram", "km": "kilometer", "cm": "centimeter",
    "mm": "millimeter", "m": "meter", "ft": "foot", "lb": "pound", "lbs": "pound", "oz": "ounce",
    "mph": "mph", "min": "minute", "hrs": "hour", "°c": "celsius", "°f": "fahrenheit",
    "metre": "meter", "metres": "meter", "kilometre": "kilometer", "kilometres": "kilometer",
    "litre": "liter", "litres": "liter", "tonnes": "tonne",
}  # fmt: skip
ABBREVIATED = {"approx": "approximately", "prof": "professor"}
# Words that tell English from other languages written in the same letters.
ENGLISH = _words(
    """
    the of and to in is was that it for on with as by at from are were be been has have had this
    which not but they their his her its an a or will would said after who he she we you do does
    """
)
OTHER_LANGUAGES = _words(
    """
    der das und ist nicht ein eine den dem mit auf für von zu im wurde le les des et est une un
    dans
    que qui pour pas sur au du el los las una es en por con se del il lo di che non per della sono
    het een van niet zijn voor och att det som är på av med inte o os da em não uma og af er
    til ikke
    """
)
