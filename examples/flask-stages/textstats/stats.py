"""Counting, without Flask, so that it can be tested alone."""

import re
from collections import Counter

WORDS_PER_MINUTE = 230


def summarize(text, top=3):
    words = re.findall(r"\w+(?:['’]\w+)*", text.lower())
    return {
        "characters": len(text),
        "words": len(words),
        "lines": len(text.splitlines()),
        "reading_minutes": round(len(words) / WORDS_PER_MINUTE, 1),
        "top": Counter(words).most_common(top),
    }
