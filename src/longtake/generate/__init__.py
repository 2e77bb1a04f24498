"""Plan -> takes: clips made in handoff order, none made twice."""
