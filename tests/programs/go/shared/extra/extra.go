// Package extra is part of the second program only.
package extra

// Parity is not in the first program.
func Parity(n int) string {
	if n%2 == 0 {
		return "even"
	}
	return "odd"
}
