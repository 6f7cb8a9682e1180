"""Writes facts/text.rs, integer.rs and float.rs: what Python's `%` operator makes of formats and values.

    python3 facts.py

An argument is the number of combinations to take; all of them are some 50,000.
"""

import itertools
import os
import random
import sys

TEXTS = ["", "ab", "MainThread", "it's", 'say "it\'s"', "na\u00efve \u4e2d\u6587", "a\tb\nc\\d\r", "\x00\x7f\x85\xa0\xad", "e\u0301 \u200b\U0001f600"]
INTEGERS = [0, 5, 30, 65, 0x4E2D, 4294967295, 2**53 - 1]
FLOATS = [0.0, 1e-06, 0.00012345, 0.5, 2.5, 3.75, 99.5, 561.0, 999999.5, 1234567.0, 1525181989.561327, 1e15, 1e16, 1.5e18]
FLAGS = ["", "-", "0", "+", " ", "#", "-0", "+0", " 0", "#0", "+#0", "-#", "+ ", "#-+ 0"]
WIDTHS = ["", "1", "7", "15"]
PRECISIONS = ["", ".", ".0", ".1", ".3", ".17"]
LETTERS = "sracdiuoxXeEfFgG"

SPECIAL = [
    ("message", "ab", form)
    for form in [
        "%(message)%", "%(message)5%", "%5%", "%%%(message)s%%", "%(message)ls", "%(message)hs", "%(message)Ls", "%(message)lls",
        "%(message)*s", "%(message).*s", "%(message)", "%(message", "%", "%(message)s%", "%(message)5", "%(message)5.",
        "%(message)q", "%(message)b", "%()s", "%(nope)s", "%(message(x))s", "%((message)s", "%(message)S", "%(message)5.-1s",
        "%(message)D", "%( message)s", "%(Message)s", "<%(message)s|%(message)5s>", "%(message).99s", "%(message)é",
    ]
] + [
    ("thread", 3, form)
    for form in ["%(thread)ld", "%(thread)hx", "%(thread).40d", "%(thread)70d", "%(thread)070.2f", "%(thread)-70d|", "%(thread).70f"]
] + [
    ("created", 0.1, form)
    for form in ["%(created).60f", "%(created).60e", "%(created).60g", "%(created)#.60g", "%(created)lf", "%(created)Lg"]
] + [
    ("created", value, form)
    # On both sides of where an exponent begins.
    for value in [1.5e-05, 9.9999996e-05, 9.9999994e-05, 0.0001, 999999.4, 999999.5, 1000000.0, 9999999999999998.0, 1e16]
    for form in ["%(created)s", "%(created)g", "%(created)#G", "%(created).0g", "%(created).3e"]
]


def rust(text):
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(c) or (c if " " <= c <= "~" else f"\\u{{{ord(c):x}}}") for c in text) + '"'


def row(name, value, form):
    try:
        result = f"Some({rust(form % {name: value})})"
    except (KeyError, OverflowError, TypeError, ValueError):
        result = "None"
    kind = {str: "Text", int: "Integer", float: "Float"}[type(value)]
    shown = rust(value) if isinstance(value, str) else repr(value)
    return f"    ({kind}({shown}), {rust(form)}, {result}),"


values = [("message", text) for text in TEXTS] + [("thread", n) for n in INTEGERS] + [("created", x) for x in FLOATS]
combinations = [
    (name, value, f"%({name}){flags}{width}{precision}{letter}")
    for (name, value), flags, width, precision, letter in itertools.product(values, FLAGS, WIDTHS, PRECISIONS, LETTERS)
    # A text of one character has a %c, but the length of a message is not known when its format is checked.
    if not (isinstance(value, str) and letter == "c") and not (isinstance(value, int) and value > 0x10FFFF and letter == "c")
]
count = int(sys.argv[1]) if len(sys.argv) > 1 else 700
if count < len(combinations):
    combinations = random.Random(1).sample(combinations, count)

rows = [row(*combination) for combination in SPECIAL + combinations]
for kind, file, what in [("Text", "text", "a text"), ("Integer", "integer", "an integer"), ("Float", "float", "a float")]:
    with open(f"{os.path.dirname(os.path.abspath(__file__))}/facts/{file}.rs", "w") as out:
        print(f"//! What CPython's `%` operator makes of {what}, or `None` where it raises. Written by `facts.py`.", file=out)
        print(file=out)
        print("use super::Fact;", file=out)
        print(f"use crate::logging::render::tests::Value::{kind};", file=out)
        print(file=out)
        print("#[rustfmt::skip]", file=out)
        print("pub(super) const FACTS: &[Fact] = &[", file=out)
        for line in rows:
            if line.startswith(f"    ({kind}("):
                print(line, file=out)
        print("];", file=out)
