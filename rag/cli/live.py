"""Shows an answer on a terminal while it is written."""

import click

from rag.clean import printable


class LiveText:
    """Prints a growing text word by word, in lines of ``width``, and nothing twice."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._shown = ""
        self._column = 0

    def show(self, text: str, last: bool = False, heading: str = "") -> None:
        """Prints what is new in ``text``, its last word only when something stands behind it.

        ``heading`` stands above it. A text that no longer begins with what is on the screen is
        printed anew when it is the last.
        """
        if not last:
            text = text[: max(text.rfind(" "), text.rfind("\n")) + 1]
        if heading and text and not self._shown:
            self._print(f"{heading}\n\n")
        if not text.startswith(self._shown):
            if not last:
                return
            self._print("\n\n")
            self._shown = ""
        new = text[len(self._shown) :]
        self._shown = text
        for number, line in enumerate(new.split("\n")):
            if number:
                self._print("\n")
            for word in line.split():
                self._word(printable(word))

    def _word(self, word: str) -> None:
        if self._column and self._column + 1 + len(word) > self._width:
            self._print("\n")
        self._print(f" {word}" if self._column else word)

    def _print(self, text: str) -> None:
        click.echo(text, nl=False)
        self._column = 0 if text.endswith("\n") else self._column + len(text)
