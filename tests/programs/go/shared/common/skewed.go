//go:build skewed

package common

// OnlySkewed is in one of the programs only. It stands between two functions of one name, which Go's reports would
// take for one.
func OnlySkewed() {}

// Skew is the other function, in another file and of another shape.
func Skew(n int) int {
	for n > 10 {
		n /= 2
	}
	if n == 7 {
		return 0
	}
	return n
}
