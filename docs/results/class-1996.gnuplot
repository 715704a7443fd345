# SPDX-License-Identifier: GPL-2.0-or-later
# Latency of each program on machines of the 1996 class, and the published one.
load style_file
set terminal svg size 820,420 font 'sans,12' background 'white'
set output svg

set logscale y
set yrange [1:3000]
set ytics ('1 ms' 1, '3 ms' 3, '10 ms' 10, '30 ms' 30, '100 ms' 100, \
           '300 ms' 300, '1 s' 1000, '3 s' 3000)
set ylabel 'latency' offset 0.5
set xrange [-0.6:words(programs) - 0.4]
set xtics ()
set for [i = 1:words(programs)] xtics add (lines(word(programs, i)) i - 1)
set margins screen 0.13, screen 0.98, screen 0.25, screen 0.97
set multiplot
set arrow 1 from graph 0, first 13.9 to graph 1, first 13.9 nohead \
    lc rgb '#444444' dt 2
set label 1 'freeze-free as published: 13.9 ms' at graph 0.99, first 19 right \
    textcolor rgb '#444444' font ',11'
plot for [i = 1:words(algorithms)] csv using \
    (strcol('algorithm') eq name(word(algorithms, i)) ? column('place') + shift(i) : NaN) : \
    (column('latency_us') / 1000) \
    with points ls style(word(algorithms, i)) ps 1
unset arrow
unset label
load legend_file
unset multiplot
