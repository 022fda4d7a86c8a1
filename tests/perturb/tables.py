"""Words and what to put in their place, so that a claim says something else."""

COMPARISONS = {
    "more": "less", "less": "more", "higher": "lower", "lower": "higher", "larger": "smaller",
    "smaller": "larger", "greater": "smaller", "fewer": "more", "over": "under",
    "under": "over", "above": "below", "below": "above", "earlier": "later", "later": "earlier",
    "older": "younger", "younger": "older", "better": "worse", "worse": "better",
    "largest": "smallest", "smallest": "largest", "highest": "lowest", "lowest": "highest",
    "most": "least", "least": "most", "best": "worst", "longest": "shortest", "longer": "shorter",
    "increase": "decrease", "decrease": "increase", "up": "down", "down": "up",
    "northern": "southern", "southern": "northern", "north": "south", "south": "north",
    "east": "west", "west": "east", "eastern": "western", "western": "eastern",
    "minimum": "maximum", "maximum": "minimum", "inside": "outside", "outside": "inside",
    "within": "outside", "before": "after", "after": "before", "first": "last", "last": "first",
    "early": "late", "late": "early", "old": "new", "new": "old", "same": "different",
    "different": "same", "like": "unlike", "major": "minor", "high": "low", "low": "high",
    "large": "small", "small": "large", "long": "short", "short": "long", "strong": "weak",
    "public": "private", "private": "public", "male": "female", "female": "male",
    "common": "rare", "rare": "common", "similar": "contrary", "previous": "next",
}  # fmt: skip
NUMBERS = {
    "two": "three", "three": "two", "four": "five", "five": "four", "six": "seven", "ten": "twelve",
    "seven": "six", "eight": "nine", "nine": "eight", "twelve": "ten", "hundred": "thousand",
    "thousand": "hundred", "second": "third", "third": "second", "fourth": "fifth",
    "fifth": "fourth", "twice": "once", "once": "twice", "half": "quarter", "double": "triple",
    "one": "two", "dozen": "hundred", "1st": "2nd", "both": "three", "single": "double",
    " million": "", " billion": "", " thousand": "", "dozens": "hundreds", "hundreds": "dozens",
    "nineteenth": "eighteenth", "19th": "18th", "20th": "19th", "tens": "hundreds",
}  # fmt: skip
RATES = {
    "per day": "per week", "a day": "a week", "per year": "per month", "a year": "a month",
    "per month": "per year", "annual": "monthly", "daily": "weekly", "monthly": "daily",
    "weekly": "daily", "annually": "daily", "per week": "per day", "decades": "years",
    "years": "centuries", "degrees": "percent", "seconds": "minutes", "minutes": "seconds",
    "inches": "feet", "feet": "inches", "kilograms": "grams", "square": "cubic",
    "centuries": "decades", "months": "weeks", "weeks": "months", "US$": "£", "euros": "dollars",
    "dollars": "euros", "century": "decade", "decade": "century", "cents": "dollars",
}  # fmt: skip
MODALS = {
    "will": "may", "must": "may", "should": "must", "would": "will", "cannot": "can",
    "may": "", "might": "", "could": "", "likely": "", "reportedly": "", "allegedly": "",
    "perhaps": "", "probably": "", "possibly": "", "expected to": "going to", "intends to": "will",
    "plans to": "will", "wants to": "will", "wanted to": "did", "tried to": "did",
    "attempted to": "did", "planned to": "did", "hoped to": "did", "refused to": "agreed to",
    "agreed to": "refused to", "failed to": "managed to", "able to": "forced to",
    "supposed to": "able to", "rather than": "and", "instead of": "and", "can": "will",
    "seems to": "does", "appeared to": "did", "tend to": "do", "generally": "always",
    "typically": "always", "often": "never", "rarely": "often", "frequently": "rarely",
}  # fmt: skip
NARROWED = (
    r"\b(?:some|most|many|several|part|half|few|one|two|a majority) of (?=the |its |his )",
    r"\b(?:some|most|many|several|certain|few) (?=[a-z]+s\b)",
    r"\b(?:former|acting|deputy|vice|alleged|proposed|potential|planned|assistant|so-called) ",
    r"\b(?:nearly|almost|at least|at most|up to|more than|less than|over|about|around|roughly|"
    r"approximately|an estimated) (?=[$£€]?\d)",
    r"\b(?:partly|partially|mainly|mostly|largely|primarily|in part|sometimes|usually|often) ",
    r"(?<=[a-z]) (?:who|that) [^,]{5,60}?(?= (?:is|are|was|were|will|can|may|must) )",
    r"(?<=[a-z])(?: only)? (?:if|unless|when|whenever|until|provided|except) [^,]{8,}(?=\.$)",
)
PREFIXES = {
    "likely": "unlikely", "unlikely": "likely", "able": "unable", "unable": "able",
    "possible": "impossible", "impossible": "possible", "legal": "illegal", "known": "unknown",
    "illegal": "legal", "with": "without", "without": "with", "no": "some", "successful":
    "unsuccessful", "necessary": "unnecessary", "none": "all", "never": "always", "nothing":
    "everything", "any": "no", "neither": "either", "nor": "or", "agree": "disagree", "official":
    "unofficial", "directly": "indirectly", "independent": "dependent", "popular": "unpopular",
    "some": "no", "all": "no", "many": "no",
}  # fmt: skip
