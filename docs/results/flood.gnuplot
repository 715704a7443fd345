# SPDX-License-Identifier: GPL-2.0-or-later
# How long each of a hundred moves kept messages from being read, on the average.
load style_file
set terminal svg size 960,430 font 'sans,12' background 'white'
set output svg

set multiplot
set margins screen 0.1, screen 0.985, screen 0.28, screen 0.96
set logscale y
set yrange [20:1500]
set ytics ('20 µs' 20, '50 µs' 50, '100 µs' 100, '200 µs' 200, '500 µs' 500, '1 ms' 1000)
set ylabel 'a message is put off' offset 0.5
set xrange [0:101]
set xlabel 'move'
plot for [a in algorithms] csv using \
    (strcol('algorithm') eq name(a) && column('message_freeze_delay_count') > 0 ? \
     column('move') : NaN) : \
    (column('message_freeze_delay_total_us') / column('message_freeze_delay_count')) \
    with points ls style(a)
load legend_file
unset multiplot
