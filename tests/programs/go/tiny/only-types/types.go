// Package onlytypes has no statement at all.
package onlytypes

// Limit is as much code as there is.
const Limit = 4

// Pair has fields only.
type Pair struct{ A, B int }
