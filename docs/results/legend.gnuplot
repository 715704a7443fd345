# SPDX-License-Identifier: GPL-2.0-or-later
# The last of several panels: nothing but the key, as wide as all of them.
reset
load style_file
set margins screen 0.02, screen 0.98, screen 0, screen 0.12
unset border
unset tics
unset grid
set xrange [0:1]
set yrange [0:1]
set key center center horizontal maxrows 2 samplen 2 width 2
plot for [a in algorithms] NaN with linespoints ls style(a) title name(a)
