// Package common is part of both programs of this module.
package common

// Sum counts up.
func Sum(n int) int {
	total := 0
	for i := 1; i <= n; i++ {
		total += i
	}
	return total
}

// Sign tells positive from negative.
func Sign(n int) string {
	if n < 0 {
		return "negative"
	}
	if n > 0 {
		return "positive"
	}
	return "zero"
}

// Never is called by neither program.
func Never() int { return 0 }
