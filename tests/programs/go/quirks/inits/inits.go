// Package inits has functions of one name one after the other.
package inits

var n int

func init() {
	n = 1
}

func init() {
	n += 2
	if n > 100 {
		n = 0
		n--
	}
}

func init() { n += 3 }

// Use comes last.
func Use(by int) int { return n * by }
