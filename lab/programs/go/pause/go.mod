module throughline/programs/pause

go 1.26.0
