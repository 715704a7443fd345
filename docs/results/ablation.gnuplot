# SPDX-License-Identifier: GPL-2.0-or-later
# What it costs to leave a technique out, until the first instruction: a panel for
# each network.
load style_file
set terminal svg size 960,460 font 'sans,12' background 'white'
set output svg

effects = csv[1:strlen(csv) - 4] . '-effects.csv'
networks = 'ethernet-1g ethernet-100g'
titles = '"1 Gbit/s, 10 µs" "100 Gbit/s, 1 µs"'
kinds = 'alone mean last'
words_of_kinds = '"nothing else left out" "mean of all sets" "all others left out, too"'
colours = '#0072b2 #999999 #d55e00'
bar = 0.26

set multiplot layout 1,2 margins 0.1,0.985,0.37,0.91 spacing 0.07,0
set style fill solid 1 border lc rgb '#ffffff'
set boxwidth bar
set xrange [-0.6:5.6]
set xtics rotate by 35 right ('implicit-resume' 0, 'critical-pages' 1, \
    'communication-apart' 2, 'files-apart' 3, 'preallocated' 4, 'local-information' 5)
set ylabel 'first instruction later by, µs' offset 0.5
set xzeroaxis lt 1 lc rgb '#444444'
set for [k = 1:3] label k '■ ' . word(words_of_kinds, k) \
    at screen 0.26 * k - 0.08, 0.04 textcolor rgb word(colours, k)
do for [panel = 1:2] {
    set title word(titles, panel) offset 0,-0.5
    if (panel == 2) { unset ylabel }
    plot for [k = 1:3] effects using \
        (strcol('network') eq word(networks, panel) && \
         strcol('number') eq 'first_run' ? column('place') + (k - 2) * bar : NaN) : \
        (column(word(kinds, k) . '_us')) \
        with boxes lc rgb word(colours, k)
}
unset multiplot
