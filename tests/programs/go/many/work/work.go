// Package work counts far.
package work

// Crunch takes the two ways of its loop in turn.
func Crunch(n int) (sum int) {
	for i := 0; i < n; i++ {
		if i%3 == 0 {
			sum += i
		} else {
			sum--
		}
	}
	return sum
}
