# SPDX-License-Identifier: GPL-2.0-or-later
# Latency over size: a panel for each network.
load style_file
set terminal svg size 960,430 font 'sans,12' background 'white'
set output svg

networks = 'ethernet-10m ethernet-1g ethernet-100g'
titles = '"10 Mbit/s, 100 µs" "1 Gbit/s, 10 µs" "100 Gbit/s, 1 µs"'

set multiplot layout 1,3 margins 0.1,0.985,0.28,0.91 spacing 0.02,0
set logscale xy
set xrange [90:46000]
set yrange [4:4e7]
set xtics ('128 KiB' 128, '512' 512, '2 MiB' 2048, '8' 8192, '32' 32768)
set xlabel 'working set'
set ytics ('10 µs' 10, '100 µs' 100, '1 ms' 1000, '10 ms' 1e4, '100 ms' 1e5, \
           '1 s' 1e6, '10 s' 1e7)
set ylabel 'latency' offset 0.5
do for [panel = 1:3] {
    set title word(titles, panel) offset 0,-0.5
    if (panel > 1) { set format y ''; unset ylabel
        set ytics ('' 10, '' 100, '' 1000, '' 1e4, '' 1e5, '' 1e6, '' 1e7) }
    plot for [a in algorithms] csv using \
        (strcol('network') eq word(networks, panel) && \
         strcol('algorithm') eq name(a) ? column('size_kib') : NaN) : \
        (column('latency_us')) with linespoints ls style(a)
}
load legend_file
unset multiplot
