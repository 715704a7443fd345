# SPDX-License-Identifier: GPL-2.0-or-later
"""A full factorial experiment of things that are there or left out.

`values` maps each frozenset of the names that are left out to what was measured.
An effect is what it costs to leave a name out, in the unit of the values:

  alone    of nothing else being left out
  mean     over all sets of the others
  last     of all others being left out, too

An interaction is what leaving out both costs beyond what each of them costs by
itself, as a mean over all sets of the others: below 0, they hide each other.
"""

from itertools import chain, combinations


def sets_of(names):
    return [frozenset(some) for some in
            chain.from_iterable(combinations(names, n) for n in range(len(names) + 1))]


def effects(values, names, name):
    """What it costs to leave out `name`: (alone, mean, last)."""
    others = sets_of([n for n in names if n != name])
    steps = {some: values[some | {name}] - values[some] for some in others}
    return (steps[frozenset()], sum(steps.values()) / len(steps),
            steps[frozenset(names) - {name}])


def interaction(values, names, one, two):
    others = sets_of([n for n in names if n not in (one, two)])
    return sum(values[some | {one, two}] - values[some | {one}] - values[some | {two}]
               + values[some] for some in others) / len(others)


def shares(values, names):
    """Of the sum of squares around the mean: what effects of one name, of two and of
    more explain, in this order; their sum is 1."""
    parts = [0, 0, 0]
    for some in sets_of(names)[1:]:
        contrast = sum(value * (-1) ** len(some - out) for out, value in values.items())
        parts[min(len(some), 3) - 1] += contrast ** 2
    return [part / sum(parts) for part in parts]
