# SPDX-License-Identifier: GPL-2.0-or-later
# What all plots have in common. scripts/results sets `csv`, `svg`, and
# `algorithms`: those that the data have, each as "name:style"; `programs`.

set datafile separator ','
set datafile columnheaders
set datafile missing NaN

name(word) = word[1:strstrt(word, ':') - 1]
style(word) = int(word[strstrt(word, ':') + 1:*])

# "join 1 MiB", the size below.
lines(words) = word(words, 1) . "\n" . word(words, 2) . ' ' . word(words, 3)

# Beside each other at one place of an axis of words, not on top of each other.
shift(i) = words(algorithms) > 1 ? 0.5 * ((i - 1.0) / (words(algorithms) - 1) - 0.5) : 0

# Colours that remain different for those who see fewer of them (Okabe, Ito).
set style line 1 lc rgb '#000000' lw 1.6 pt 5 ps 0.7
set style line 2 lc rgb '#999999' lw 1.6 pt 4 ps 0.7
set style line 3 lc rgb '#56b4e9' lw 1.6 pt 9 ps 0.8
set style line 4 lc rgb '#e69f00' lw 1.6 pt 8 ps 0.8
set style line 5 lc rgb '#d55e00' lw 1.6 pt 7 ps 0.7
set style line 6 lc rgb '#009e73' lw 1.6 pt 6 ps 0.7
set style line 7 lc rgb '#cc79a7' lw 1.6 pt 13 ps 0.9
set style line 8 lc rgb '#0072b2' lw 1.6 pt 12 ps 0.9
set style line 9 lc rgb '#b8a800' lw 1.6 pt 11 ps 0.8
set style line 10 lc rgb '#8a4a2b' lw 1.6 pt 10 ps 0.8

set border 3 lc rgb '#444444'
set tics nomirror out scale 0.6 textcolor rgb '#222222'
set grid ytics lt 1 lc rgb '#d4d4d4' lw 1
set key noautotitle
