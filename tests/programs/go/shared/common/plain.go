//go:build !skewed

package common

// Skew is another function under the build tag.
func Skew(n int) int {
	if n > 1 {
		return n
	}
	return 1
}
