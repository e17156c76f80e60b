# SPDX-License-Identifier: BSD-3-Clause
"""Small mistakes in lines of C++ as clang-format writes it: each function of a line gives those that can be made there."""
import re
from collections import namedtuple

Mutant = namedtuple("Mutant", "path line column kind before after")

_SWAPS = [
    ("arithmetic", {" + ": [" - "], " - ": [" + "], " * ": [" / "], " / ": [" * "], " % ": [" / "],
                    " += ": [" -= "], " -= ": [" += "], " *= ": [" /= "], " /= ": [" *= "]}),
    ("comparison", {" < ": [" <= ", " > "], " > ": [" >= ", " < "], " <= ": [" < "], " >= ": [" > "],
                    " == ": [" != "], " != ": [" == "]}),
    ("logic", {" && ": [" || "], " || ": [" && "]}),
]
_WORDS = [("constant", {"true": "false", "false": "true"}),
          ("choice", {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "floor": "ceil",
                      "sin": "cos", "cos": "sin"})]
_STATEMENT = re.compile(r"^\s+(?!return|break|continue|using|const |auto |case|default|throw|goto|static|public|private)"
                        r"[A-Za-z_*(+-][^{}]*[;]$")
_DECLARATION = re.compile(r"^\s+[\w:<>,*& ]+ [\w]+(\{.*\}|\(.*\)| = .*)?;$")
_SKIPPED_LINE = re.compile(r"^\s*(#|//|template|using |namespace|static_assert|extern|typedef|friend)")
# These choose how work is cut, not what comes out.
_HOW = re.compile(r"\b(grain|reserve|prefetch|worth_cutting|parallel_for|record|recorder|noexcept|__builtin)\b")


def _masked(line):
    """The line with texts and comments blanked, so that nothing in them is changed."""
    def blank(match):
        return '"' + "_" * (len(match.group()) - 2) + '"'
    line = re.sub(r'"(?:[^"\\]|\\.)*"', blank, line)
    line = re.sub(r"'(?:[^'\\]|\\.)'", lambda m: "_" * len(m.group()), line)
    comment = line.find("//")
    return line if comment < 0 else line[:comment] + " " * (len(line) - comment)


def _replaced(line, start, end, text):
    return line[:start] + text + line[end:]


def _number(text):
    if not text.isdigit():
        digits = text.rstrip("FfLl")
        suffix = text[len(digits):]
        value = float(digits)
        return [repr(2 * value if value else 1.0) + suffix]
    value = int(text)
    return [str(value + 1)] + ([str(value - 1)] if value > 0 else [])


def mutants_of_line(line, begins=True):
    """(column, kind, changed line) for each small mistake; `begins`: the line is no other statement's continuation."""
    if _SKIPPED_LINE.match(line) or not line.strip() or _HOW.search(line):
        return
    masked = _masked(line)
    for kind, swaps in _SWAPS:
        for old, news in swaps.items():
            for match in re.finditer(re.escape(old), masked):
                for new in news:
                    yield match.start(), kind, _replaced(line, match.start(), match.end(), new)
    for kind, swaps in _WORDS:
        for old, new in swaps.items():
            for match in re.finditer(rf"\b{old}\b(?!_)", masked):
                yield match.start(), kind, _replaced(line, match.start(), match.end(), new)
    for match in re.finditer(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?[Ff]?(?![\w.])", masked):
        for new in _number(match.group()):
            yield match.start(), "constant", _replaced(line, match.start(), match.end(), new)
    if match := re.match(r"^(\s*(?:\} else )?(?:if|while) \()(.+)(\)(?: \{|.*;)?)$", masked):
        depth, end = 0, None
        for at in range(len(match.group(1)), len(masked)):
            depth += {"(": 1, ")": -1}.get(masked[at], 0)
            if depth < 0:
                end = at
                break
        start = len(match.group(1))
        if end is not None and ";" not in masked[start:end]:
            yield start, "condition", _replaced(line, start, end, "!(" + line[start:end] + ")")
    for match in re.finditer(r"(?<=[(,=?:] )-(?=[\w(])|(?<=\()-(?=[\w(])|(?<=return )-(?=[\w(])", masked):
        yield match.start(), "sign", _replaced(line, match.start(), match.end(), "")
    if match := re.match(r"^(\s+return )([^{};]+)(;)$", masked):
        start, end = len(match.group(1)), len(match.group(1)) + len(match.group(2))
        yield start, "sign", _replaced(line, start, end, "-(" + line[start:end] + ")")
    for match in re.finditer(r" [+*-] (?:[\w.]+(?:\[[^\[\]]*\]|\([^()]*\))*)(?=[;,)])", masked):
        yield match.start(), "term", _replaced(line, match.start(), match.end(), "")
    if begins and _STATEMENT.match(masked) and not _DECLARATION.match(masked) and masked.count("(") == masked.count(")"):
        yield 0, "statement", re.match(r"\s*", line).group() + ";"


def mutants_of(path, text):
    previous = ""
    for number, line in enumerate(text.split("\n"), 1):
        seen = set()
        begins = previous.split("//")[0].rstrip()[-1:] in ("", ";", "{", "}", ":")
        previous = line
        for column, kind, changed in mutants_of_line(line, begins):
            if changed != line and changed not in seen:
                seen.add(changed)
                yield Mutant(path, number, column, kind, line, changed)
