"""Claims made from sentences by rules: some say the same, most say something else.

::

    draw.py      which sentences, from which parts of the dev sets
    changed.py   claims that say something else: one word or name or figure changed
    further.py   more of them: parts swapped, dropped, added, spliced from two sentences
    tables.py    words and what to put in their place
    same.py      claims that say no more than the sentence
"""
