# The picture frame: title block, legend, scale bar. Also in pictures without a window.
synthetic = SYNTHETIC DATA
as-of = as of { $date }
date-unknown = date not known
building-scene = Building the scene …
at-centre = at the picture's centre
north = N
heading-parcels = Parcels
heading-buildings = Buildings
heading-roads = Roads
heading-networks = Networks
heading-legend = Legend
sun-of = sun of { $time } ({ $offset })
