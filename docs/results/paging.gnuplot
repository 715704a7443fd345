# SPDX-License-Identifier: GPL-2.0-or-later
# How much later a program ends because it was moved: a panel for each network.
load style_file
set terminal svg size 960,420 font 'sans,12' background 'white'
set output svg

networks = 'ethernet-1g ethernet-100g'
titles = '"1 Gbit/s, 10 µs" "100 Gbit/s, 1 µs"'

set multiplot layout 1,2 margins 0.1,0.985,0.22,0.9 spacing 0.03,0
set logscale y
set yrange [10:30000]
set ytics ('10 µs' 10, '30 µs' 30, '100 µs' 100, '300 µs' 300, '1 ms' 1000, \
           '3 ms' 3000, '10 ms' 1e4, '30 ms' 3e4)
set ylabel 'ends later than undisturbed' offset 0.5
set xrange [-0.6:words(programs) - 0.4]
set xtics ()
set for [i = 1:words(programs)] xtics add (word(word(programs, i), 1) i - 1)
do for [panel = 1:2] {
    set title word(titles, panel) offset 0,-0.5
    if (panel == 2) { unset ylabel
        set ytics ('' 10, '' 30, '' 100, '' 300, '' 1000, '' 3000, '' 1e4, '' 3e4) }
    plot for [i = 1:words(algorithms)] csv using \
        (strcol('network') eq word(networks, panel) && \
         strcol('algorithm') eq name(word(algorithms, i)) ? column('place') + shift(i) : NaN) : \
        (column('later_us')) \
        with points ls style(word(algorithms, i)) ps 1
}
load legend_file
unset multiplot
