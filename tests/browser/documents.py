"""The documents of the real chat: the seeds, and two notes that disagree."""

import shutil
from pathlib import Path

from browser.driving import ROOT

NOTES = {
    "opening.md": """---
title: The new bridge is open
date: 2024-05-03
---
The Linden Bridge opened on 2 May 2024. It carries two lanes of cars and a path for cyclists.

Bus line 7 crosses it every ten minutes.
""",
    "audit.md": """---
title: Audit of the Linden Bridge
date: 2024-11-20
---
The auditors went through every invoice. The Linden Bridge opened on 9 May 2024. The Linden Bridge
cost 52 million euros, for steel had become dearer.
""",
}


def write_documents(folder: Path) -> None:
    """Puts them into a folder that is there."""
    shutil.copytree(ROOT / "seeds", folder, dirs_exist_ok=True)
    for name, text in NOTES.items():
        (folder / name).write_text(text, encoding="utf-8")
