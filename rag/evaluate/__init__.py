"""How good the answers are on a question set, without a judge: offline and deterministic.

In reading order::

    questions.py   a question set -> Examples; our JSONL, and the names user_input, reference
    beir.py        a BEIR folder -> Examples
    gold.py        Examples + index -> the spans and documents that should be found
    run.py         Examples -> what was answered; resumes where it was interrupted
    case.py        a question, its gold and its answer, for what judges them
    matching.py    SQuAD's rules: what a text holds, whether two texts are the same
    spans.py       how much of a span other spans cover
    ranking.py     rankings -> retrieval measures
    values.py      what each other measure is of one question
    measures.py    the table of measures: what each needs, is, and how questions are averaged
    verdict.py     was a question answered rightly, and if not, why
    score.py       what was asked + gold -> a row of results for each question
    averages.py    many values -> one with its interval; two runs -> their difference
    summary.py     all questions -> summary.json
    compare.py     two runs, paired; one run against bars
    calibrate.py   the abstention threshold for a false-refusal rate
    report/        everything -> one HTML page
    evaluation.py  all of it from end to end
    run_folder.py  the files of a run: results.jsonl, summary.json, report.html
"""
