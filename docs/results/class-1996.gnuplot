# SPDX-License-Identifier: GPL-2.0-or-later
# Latency of each program on machines of the 1996 class, and the published one.
load style_file
set terminal svg size 820,420 font 'sans,12' background 'white'
set output svg

set logscale y
set yrange [5:3000]
set ytics ('5 ms' 5, '10 ms' 10, '30 ms' 30, '100 ms' 100, '300 ms' 300, '1 s' 1000, '3 s' 3000)
set ylabel 'latency'
set xrange [-0.6:words(programs) - 0.4]
set xtics ()
set for [i = 1:words(programs)] xtics add (lines(word(programs, i)) i - 1)
set key at screen 0.56,0.02 center bottom horizontal maxrows 2
set margins 12,3,7,1
set arrow 1 from graph 0, first 13.9 to graph 1, first 13.9 nohead \
    lc rgb '#444444' dt 2
set label 1 'freeze-free as published: 13.9 ms' at graph 0.99, first 19 right \
    textcolor rgb '#444444' font ',11'
plot for [i = 1:words(algorithms)] csv using \
    (strcol('algorithm') eq name(word(algorithms, i)) ? column('place') + shift(i) : NaN) : \
    (column('latency_us') / 1000) \
    with points ls style(word(algorithms, i)) ps 1 title name(word(algorithms, i))
